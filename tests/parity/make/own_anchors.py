"""Goldens of a torchvision RetinaNet with anchors of its own: levels P2 to P6, two sizes and three ratios per level.

    python tests/parity/make/own_anchors.py [--accept]

Wants torch, torchvision and onnx. The graph returns torchvision's two heads for all levels together; its weights keep
torchvision's names. Images are small, as P2 has four times the cells of P3.
"""

import hashlib
import json
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torchvision
from golden import GOLDENS, draw, encode_json, encode_png, put, put_settings, standardise, to_tensor
from torch import Tensor, nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.ops import Conv2dNormActivation
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

NAME = "own-anchors"
SIZES = [[14, 22], [28, 44], [56, 88], [112, 176], [224, 352]]
RATIOS = [0.4, 1.0, 2.5]
CHANNELS, CLASSES = 12, 3
SHORTEST, LONGEST = 192, 320
PER_LEVEL = 20  # candidates of a level, in per_level.WxH.json
IMAGES = [(97, 61), (160, 120), (120, 200)]


class Heads(nn.Module):
    def __init__(self, model: RetinaNet):
        super().__init__()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, images: Tensor) -> tuple:
        outputs = self.head(list(self.backbone(images).values()))
        return outputs["cls_logits"], outputs["bbox_regression"]


def build() -> RetinaNet:
    widths = [3, 8, CHANNELS, CHANNELS, CHANNELS, CHANNELS]
    body = OrderedDict()
    for i in range(1, 6):
        body[f"c{i}"] = Conv2dNormActivation(widths[i - 1], widths[i], stride=2, norm_layer=None)
    taken = {f"c{i}": str(i) for i in range(2, 6)}
    backbone = BackboneWithFPN(nn.Sequential(body), taken, [CHANNELS] * 4, CHANNELS, extra_blocks=LastLevelMaxPool())
    anchors = AnchorGenerator(tuple(map(tuple, SIZES)), (tuple(RATIOS),) * len(SIZES))
    model = RetinaNet(
        backbone, CLASSES, min_size=SHORTEST, max_size=LONGEST, anchor_generator=anchors, score_thresh=0.05
    ).eval()
    set_weights(model)
    return model


@torch.no_grad()
def set_weights(model: RetinaNet) -> None:
    random = np.random.RandomState(6)
    convs = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    for conv in convs:
        smooth = random.standard_normal((*conv.weight.shape[:2], 1, 1))
        conv.weight.copy_(torch.from_numpy(smooth + 2 * random.standard_normal(conv.weight.shape)))
        conv.weight /= conv.weight[0].numel() ** 0.5
        if conv.bias is None:
            conv.bias = nn.Parameter(torch.zeros(conv.out_channels))
        conv.bias.zero_()
    first = convs[0].weight
    first -= 0.9 * first.mean((1, 2, 3), keepdim=True)
    hooks = [conv.register_forward_hook(standardise()) for conv in convs]
    model([to_tensor(draw(320, 240, shapes=40, seed=0))])
    for hook in hooks:
        hook.remove()
    logits, deltas = model.head.classification_head.cls_logits, model.head.regression_head.bbox_reg
    logits.weight *= 0.25
    logits.bias.mul_(0.25).sub_(2.5)
    deltas.weight *= 0.1
    deltas.bias *= 0.1


def export(model: RetinaNet) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        names = ["cls_logits", "bbox_regression"]
        axes = {"images": {2: "h", 3: "w"}, **{name: {1: "r"} for name in names}}
        torch.onnx.export(
            Heads(model), (torch.rand(1, 3, 192, 256),), str(file), dynamo=False, opset_version=17,
            input_names=["images"], output_names=names, dynamic_axes=axes,
        )
        return file.read_bytes()


def manifest_of(content: bytes) -> dict:
    manifest = json.loads((GOLDENS / "torchvision-v2" / "manifest.json").read_bytes())
    manifest["id"] = manifest["title"] = NAME
    manifest["graph"].update(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    manifest["labels"] = [f"class {i}" for i in range(CLASSES)]
    manifest["resize"].update(shortest=SHORTEST, longest=LONGEST)
    strides = [4, 8, 16, 32, 64]
    manifest["anchors"]["levels"] = [{"stride": s, "sizes": sizes} for s, sizes in zip(strides, SIZES)]
    manifest["anchors"]["ratios"] = RATIOS
    manifest["postprocess"]["score"] = 0.05
    return manifest


def main() -> None:
    accept = "--accept" in sys.argv
    torch.manual_seed(0)
    model = build()
    content = export(model)
    put(f"{NAME}/model.onnx", content, accept)
    manifest = manifest_of(content)
    put_settings(f"{NAME}/manifest.json", manifest, accept)
    paper = [[4 * s, int(4 * s * 2**0.5)] for s in (4, 8, 16, 32, 64)]
    twins = [
        {"claim": "the ratios of the paper", "property": "anchors.ratios", "value": [0.5, 1, 2]},
        {
            "claim": "the sizes of the paper", "property": "anchors.levels",
            "value": [{"stride": s, "sizes": sizes} for s, sizes in zip((4, 8, 16, 32, 64), paper)],
        },
        {"claim": "anchors by size, then by ratio", "property": "anchors.order", "value": "size-ratio"},
    ]
    put_settings(f"{NAME}/twins.json", twins, accept)
    for number, (width, height) in enumerate(IMAGES):
        picture = draw(width, height, shapes=20, seed=number)
        put(f"{NAME}/{width}x{height}.png", encode_png(picture), accept)
        put(f"{NAME}/{width}x{height}.json", golden_of(model, picture), accept)
        if (width, height) != (160, 120):  # too few detections
            model.topk_candidates = PER_LEVEL
            put(f"{NAME}/per_level.{width}x{height}.json", golden_of(model, picture), accept)
            model.topk_candidates = 1000


@torch.no_grad()
def golden_of(model: RetinaNet, picture: np.ndarray) -> bytes:
    found = model([to_tensor(picture)])[0]
    columns = (found[key].tolist() for key in ("labels", "scores", "boxes"))
    rows = [
        {"label": label, "score": round(score, 8), "box": [round(edge, 4) for edge in box]}
        for label, score, box in zip(*columns)
    ]
    image = f"{picture.shape[1]}x{picture.shape[0]}.png"
    return encode_json(
        {"picture": image, "framework": f"torchvision {torchvision.__version__.split('+')[0]}", "detections": rows}
    )


main()
