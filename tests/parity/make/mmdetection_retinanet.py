"""Writes the detections that MMDetection makes of drawn pictures, by a small random RetinaNet.

    python3 tests/parity/make/mmdetection_retinanet.py [--accept] [--search N]

Wants torch, torchvision and Pillow. MMDetection needs mmcv with compiled operators, which PyPI has as source for old
versions of PyTorch only. So its arithmetic is written again here, from the source of its release 3.3.0; NMS is
torchvision's, whose rule is the same (mmcv/ops/nms.py, IoU > 0.5 drops).

It writes into tests/parity/goldens/mmdetection/

    WxH.png        the picture, 8-bit RGB
    WxH.json       its detections, best first; boxes are xyxy in source pixels
    model.onnx     the raw heads of `RetinaHead`, with the names of its weights. Outputs are not named: five class heads
                   (1, A·K, H, W), then five box heads (1, A·4, H, W)
    manifest.json  how it behaves
    twins.json     what must make every picture fail

The rules, each with its place (open-mmlab/mmdetection, folder mmdet/; numbers from
configs/_base_/models/retinanet_r50_fpn.py and configs/_base_/datasets/coco_detection.py):

    models/data_preprocessors/data_preprocessor.py  BGR to RGB, minus the mean, over the deviation; then zeros at the
                                                    right and bottom, to multiples of 32
    datasets/transforms/transforms.py `Resize`      mmcv's `rescale_size`: int(side · scale + 0.5). Its resampling by
                                                    OpenCV rounds to bytes: the pictures here need none, as their sides
                                                    are those of the input
    models/task_modules/prior_generators/           octave_base_scale 4, three scales per octave, ratios vary slower
      anchor_generator.py `AnchorGenerator`         than scales (`scale_major`), center_offset 0, nothing is rounded
    models/dense_heads/base_dense_head.py           score > 0.05, the best 1000 (anchor, class) pairs of each level;
      `_predict_by_feat_single`, `_bbox_post_…`     boxes without width or height are dropped, then NMS per class, 100
    models/task_modules/coders/                     means 0, deviations 1, dw and dh at most |ln(16 / 1000)|, boxes are
      delta_xywh_bbox_coder.py `delta2bbox`         clipped to the resized picture
"""

import hashlib
import io
import json
import math
import sys

import numpy as np
import torch
from golden import GOLDENS, draw, encode_json, encode_png, put, put_settings
from plain_detector import STRIDES, Network, detections_of, doubts_of, report_of, rows_of, set_weights
from torch import Tensor, nn

NAME = "mmdetection"
CLASSES, CHANNELS = 5, 12
SHORTEST, LONGEST = 192, 320
# (width, height): (shapes, seed). All have the sides that `Resize` would give them.
PICTURES = {(256, 192): (30, 2), (320, 150): (30, 1), (192, 311): (30, 5)}
MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
SCALES = [4 * 2 ** (i / 3) for i in range(3)]
RATIOS = [0.5, 1.0, 2.0]
CLAMP = abs(math.log(16 / 1000))
SETTINGS = {"score": 0.05, "iou": 0.5, "limit": 100, "per_level": 1000}
LOGIT_NOISE = 3e-6


class RetinaHead(nn.Module):
    """The last layers, under the names of mmdet/models/dense_heads/retina_head.py."""

    def __init__(self, network: Network):
        super().__init__()
        self.retina_cls, self.retina_reg = network.logits, network.deltas


class Detector(nn.Module):
    """mmdet/models/detectors/base.py `forward` with mode "tensor": class heads of all levels, then box heads."""

    def __init__(self, network: Network):
        super().__init__()
        self.bbox_head = RetinaHead(network)
        self.backbone = network
        network.heads = self.heads
        del network.logits, network.deltas

    def heads(self, level: Tensor) -> tuple:
        for_logits, for_deltas = (tower(level).relu() for tower in self.backbone.towers)
        return self.bbox_head.retina_cls(for_logits), self.bbox_head.retina_reg(for_deltas)

    def forward(self, images: Tensor) -> tuple:
        scores, deltas = zip(*self.backbone(images))
        return (*scores, *deltas)


def build() -> Detector:
    network = Network(CHANNELS, len(SCALES) * len(RATIOS), CLASSES).eval()
    image = prepare(draw(320, 192, shapes=40, seed=9))
    set_weights(network, image[None], ([-3.4, -3.2, -3.6, -3.3, -3.5], 0.9), 0.25, (1, 1.2, 1.4, 1.6, 1.8))
    return Detector(network).eval()


def prepare(picture: np.ndarray) -> Tensor:
    """`(H, W, 3)` bytes to the padded input `(3, H, W)`."""
    pixels = (torch.from_numpy(picture).float() - torch.tensor(MEAN)) / torch.tensor(STD)
    height, width = (math.ceil(side / 32) * 32 for side in picture.shape[:2])
    image = torch.zeros(3, height, width)
    image[:, : picture.shape[0], : picture.shape[1]] = pixels.permute(2, 0, 1)
    return image


def anchors_of(stride: int, height: int, width: int) -> Tensor:
    """`AnchorGenerator.gen_single_level_base_anchors` and `single_level_grid_priors`: `(H·W·A, 4)` xyxy."""
    ratios = torch.tensor(RATIOS).sqrt()
    scales = torch.tensor(SCALES)
    ws = (stride * (1 / ratios)[:, None] * scales[None, :]).view(-1)
    hs = (stride * ratios[:, None] * scales[None, :]).view(-1)
    base = torch.stack([-0.5 * ws, -0.5 * hs, 0.5 * ws, 0.5 * hs], dim=-1)
    y, x = torch.meshgrid(torch.arange(height) * stride, torch.arange(width) * stride, indexing="ij")
    shifts = torch.stack([x, y, x, y], dim=-1).view(-1, 1, 4)
    return (base[None] + shifts).view(-1, 4)


def decode(anchors: Tensor, deltas: Tensor, width: int, height: int) -> Tensor:
    """`delta2bbox` with `max_shape`."""
    centre, sides = (anchors[:, 2:] + anchors[:, :2]) / 2, anchors[:, 2:] - anchors[:, :2]
    centre = centre + sides * deltas[:, :2]
    half = sides * deltas[:, 2:].clamp(-CLAMP, CLAMP).exp() / 2
    return torch.cat([centre - half, centre + half], 1).clamp(min=0).minimum(torch.tensor([width, height] * 2))


@torch.no_grad()
def levels_of(detector: Detector, picture: np.ndarray) -> list:
    """Boxes `(R, 4)` and scores `(R, K)` of each level; boxes without width or height get no score."""
    height, width = picture.shape[:2]
    outputs = detector(prepare(picture)[None])
    levels = []
    for stride, logits, deltas in zip(STRIDES, outputs[:5], outputs[5:]):
        rows, columns = logits.shape[2:]
        scores = logits[0].permute(1, 2, 0).reshape(-1, CLASSES).sigmoid()
        boxes = decode(anchors_of(stride, rows, columns), deltas[0].permute(1, 2, 0).reshape(-1, 4), width, height)
        sides = boxes[:, 2:] - boxes[:, :2]
        scores[(sides <= 0).any(1)] = 0
        levels.append((boxes, scores))
    return levels


def export(detector: Detector) -> bytes:
    file = io.BytesIO()
    axes = {"images": {2: "h", 3: "w"}}
    torch.onnx.export(
        detector, (torch.rand(1, 3, 192, 256),), file, dynamo=False, opset_version=17, input_names=["images"],
        dynamic_axes=axes,
    )  # fmt: skip
    return file.getvalue()


def manifest_of(graph: bytes, outputs: list) -> dict:
    manifest = json.loads((GOLDENS / "torchvision-v2" / "manifest.json").read_bytes())
    manifest["id"] = manifest["title"] = NAME
    manifest["graph"] = {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)}
    manifest["labels"] = [f"class {i}" for i in range(CLASSES)]
    manifest["input"].update(colour="rgb", divisor=1, mean=MEAN, std=STD)
    manifest["resize"].update(shortest=SHORTEST, longest=LONGEST, rounding="half-up")
    manifest["outputs"] = {"kind": "levels", "layout": "nchw", "scores": outputs[:5], "deltas": outputs[5:]}
    manifest["anchors"].update(
        levels=[{"stride": stride, "sizes": SCALES} for stride in STRIDES], unit="strides", ratios=RATIOS,
        rounding="none", centre=0, strides="nominal",
    )  # fmt: skip
    manifest["boxes"]["clamp"] = CLAMP
    manifest["postprocess"].update(empty="drop-first", score=0.05, limit=100)
    return manifest


TWINS = [
    {"claim": "centres in the middle of the cells", "property": "anchors.centre", "value": 0.5},
    {"claim": "scales that vary slower than ratios", "property": "anchors.order", "value": "size-ratio"},
    {"claim": "BGR", "property": "input.colour", "value": "bgr"},
    {"claim": "anchors with rounded corners", "property": "anchors.rounding", "value": "half-even"},
    {"claim": "empty boxes that are dropped after NMS", "property": "postprocess.empty", "value": "drop"},
    {"claim": "NMS over all classes", "property": "postprocess.nms.perClass", "value": False},
]


def main() -> None:
    import onnx

    accept = "--accept" in sys.argv
    detector = build()
    if "--search" in sys.argv:
        for (width, height), (shapes, _) in PICTURES.items():
            for seed in range(int(sys.argv[-1])):
                levels = levels_of(detector, draw(width, height, shapes, seed))
                if not any(doubts_of(levels, LOGIT_NOISE, **SETTINGS)):
                    print(seed, report_of(f"{width}x{height}", levels, (width, height), **SETTINGS), flush=True)
        return
    graph = export(detector)
    outputs = [output.name for output in onnx.load_from_string(graph).graph.output]
    put(f"{NAME}/model.onnx", graph, accept)
    put_settings(f"{NAME}/manifest.json", manifest_of(graph, outputs), accept)
    put_settings(f"{NAME}/twins.json", TWINS, accept)
    for (width, height), (shapes, seed) in PICTURES.items():
        picture = draw(width, height, shapes, seed)
        levels = levels_of(detector, picture)
        found = list(doubts_of(levels, LOGIT_NOISE, **SETTINGS))
        if found:
            raise RuntimeError(f"Cannot use {width}x{height} as float noise could change it: {', '.join(found)}")
        print(report_of(f"{width}x{height}", levels, (width, height), **SETTINGS))
        head = {"picture": f"{width}x{height}.png", "framework": "MMDetection 3.3.0, written again"}
        put(f"{NAME}/{width}x{height}.png", encode_png(picture), accept)
        put(f"{NAME}/{width}x{height}.json", encode_json({**head, "detections": rows_of(detections_of(levels, **SETTINGS))}), accept)


main()
