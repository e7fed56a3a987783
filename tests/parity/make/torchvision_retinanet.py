"""Writes torchvision's own detections of drawn pictures, by a small random RetinaNet.

Run it with torchvision 0.14.1, the reference (Debian 12: python3-torchvision and python3-pil):

    python3 tests/parity/make/torchvision_retinanet.py

It writes into tests/parity/goldens/torchvision/

    WxH.png        the picture, 8-bit RGB
    WxH.json       its detections, best first; boxes are xyxy in source pixels
    model.onnx     the raw heads: images (1, 3, H, W), normalised and padded,
                   to cls_logits (1, R, K) and bbox_regression (1, R, 4)
    manifest.json  how it behaves: the numbers are read from the model
    twins.json     what must make every picture fail

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.
"""

import argparse
import hashlib
import io
import re
import sys
from collections import OrderedDict
from copy import deepcopy
from typing import Iterator, NamedTuple
from unittest import mock

import numpy as np
import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.ops import Conv2dNormActivation, box_iou
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from golden import agree, draw, encode_json, encode_png, put, put_settings, standardise, to_tensor

VERSION = re.match(r"\d+\.\d+\.\d+", torchvision.__version__)[0]


class Family(NamedTuple):
    """What the families of torchvision differ in, beside their models."""

    name: str
    scale: str
    twins: list
    # (width, height): (shapes, seed)
    pictures: dict
    # Standard deviation of the logits between machines.
    noise: float


FAMILY = Family(
    name="torchvision",
    scale="float32-reciprocal",  # transform.py `_resize_image_and_masks`: a float over a float32 tensor
    twins=[
        {"claim": "anchors not rounded", "property": "anchors.rounding", "value": "none"},
        {"claim": "strides as they are named", "property": "anchors.strides", "value": "nominal"},
        {"claim": "centres in the middle of the cell", "property": "anchors.centre", "value": 0.5},
    ],
    # Some fill the limit of 300, some the 1000 of a level, all use P6, most P7; 1180x867 shrinks.
    pictures={
        (640, 480): (60, 0), (480, 640): (20, 2), (1088, 800): (40, 9), (1180, 867): (20, 13), (333, 500): (12, 65),
        (1000, 300): (50, 0), (97, 61): (5, 4),
    },
    noise=3e-6,
)  # fmt: skip

INPUT, OUTPUTS = "images", ["cls_logits", "bbox_regression"]
STRIDES = [8, 16, 32, 64, 128]

CLASSES = 6  # index 0 is unused, as in torchvision's 91
CHANNELS = 12  # keeps the graph near 200 KB, a third of it nodes
LOGIT_MEAN, LOGIT_SPREAD = -7.9, 1.2  # puts some hundred logits of a picture above the threshold
DELTA_SPREAD = 0.04  # moves a box by a fraction of a cell, so that neighbours overlap
P5_GAIN = 1.7  # so that P5, and P6 above it, have scores too
P7_GAIN = 1.6  # the same for P7; torchvision_finished.py does without
BEYOND_CLAMP = 4.6  # exp(4.6) = 99 is more than the 1000 / 16 to which dw and dh are clamped

IOU_MARGIN = 1e-5


def main() -> None:
    options = read_options(__doc__)
    if not VERSION.startswith("0.14."):
        sys.exit(f"torchvision 0.14 is the reference, this is {VERSION}")
    model = build_model(P7_GAIN)
    make(FAMILY, model, export(model), options)


def read_options(doc: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    return parser.parse_args()


def make(family: Family, model: RetinaNet, graph: bytes, options: argparse.Namespace) -> None:
    """Compares or writes a family, or lists the seeds that it could use."""
    if options.search:
        search(family, model, options.search)
        return
    verdicts = [
        put(f"{family.name}/model.onnx", graph, options.accept),
        put_settings(f"{family.name}/manifest.json", manifest_of(family, model, graph), options.accept),
        put_settings(f"{family.name}/twins.json", family.twins, options.accept),
    ]
    for (width, height), (shapes, seed) in family.pictures.items():
        verdicts += write_golden(family, model, draw(width, height, shapes, seed), options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(family: Family, model: RetinaNet, end: int) -> None:
    for (width, height), (shapes, _) in family.pictures.items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            if not any(doubts(model, picture, family.noise)):
                print(f"seed {seed}:", report(model, picture), flush=True)


def write_golden(family: Family, model: RetinaNet, picture: np.ndarray, accept: bool) -> list:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    found = list(doubts(model, picture, family.noise))
    if found:
        raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
    print(report(model, picture))
    return [
        put(f"{family.name}/{name}.png", encode_png(picture), accept),
        put(f"{family.name}/{name}.json", encode_json(golden_of(model, picture)), accept),
    ]


# The model.


def build_model(p7_gain: float = 1) -> RetinaNet:
    """torchvision's RetinaNet with all its defaults, on one convolution per stride."""
    widths = [3, 8, 8, CHANNELS, CHANNELS, CHANNELS]
    body = OrderedDict()
    for i in range(1, 6):
        body[f"c{i}"] = Conv2dNormActivation(widths[i - 1], widths[i], stride=2, norm_layer=None)
    levels = {"c3": "p3", "c4": "p4", "c5": "p5"}
    top = LastLevelP6P7(CHANNELS, CHANNELS)
    backbone = BackboneWithFPN(nn.Sequential(body), levels, [CHANNELS] * 3, CHANNELS, extra_blocks=top)
    model = RetinaNet(backbone, CLASSES).eval()
    set_weights(model, p7_gain)
    return model


@torch.no_grad()
def set_weights(model: RetinaNet, p7_gain: float) -> None:
    """Random weights that give every level scores above the threshold.

    1. Draw them, from numpy, as its generator is the same in every version.
    2. Let the anchors of a cell nearly agree on the class, so that NMS has work.
    3. Standardise every convolution's output on one picture.
    4. Set the range of logits and deltas; silence class 0; let two anchors reach the clamp.
    """
    random = np.random.RandomState(6)
    convs = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    for conv in convs:
        smooth = random.standard_normal((*conv.weight.shape[:2], 1, 1))
        conv.weight.copy_(torch.from_numpy(smooth + 2 * random.standard_normal(conv.weight.shape)))
        conv.weight /= conv.weight[0].numel() ** 0.5
        conv.bias.zero_()

    logits, deltas = model.head.classification_head.cls_logits, model.head.regression_head.bbox_reg
    by_anchor = logits.weight.view(-1, CLASSES, CHANNELS, 3, 3)
    by_anchor += 4 * by_anchor[:1].clone()

    hooks = [conv.register_forward_hook(standardise()) for conv in convs]
    model([to_tensor(draw(640, 480, shapes=60, seed=0))])
    for hook in hooks:
        hook.remove()

    model.backbone.fpn.layer_blocks[2][0].weight *= P5_GAIN
    model.backbone.fpn.extra_blocks.p7.weight *= p7_gain
    logits.weight *= LOGIT_SPREAD
    logits.bias.mul_(LOGIT_SPREAD).add_(LOGIT_MEAN)
    logits.bias.view(-1, CLASSES)[:, 0] = -30
    deltas.weight *= DELTA_SPREAD
    deltas.bias *= DELTA_SPREAD
    deltas.bias.view(-1, 4)[0, 3] = BEYOND_CLAMP  # the smallest wide anchor: dh
    deltas.bias.view(-1, 4)[6, 2] = BEYOND_CLAMP  # the smallest tall anchor: dw


class RawHeads(nn.Module):
    """What a graph holds: the model between its transform and its post-processing."""

    def __init__(self, model: RetinaNet):
        super().__init__()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, images: Tensor) -> tuple:
        heads = self.head(list(self.backbone(images).values()))
        return heads["cls_logits"], heads["bbox_regression"]


def export(model: RetinaNet, **settings) -> bytes:
    names = [INPUT, *OUTPUTS]
    file = io.BytesIO()
    torch.onnx.export(
        RawHeads(model), torch.zeros(1, 3, 256, 320), file,
        opset_version=13, input_names=names[:1], output_names=names[1:],
        dynamic_axes={names[0]: {2: "H", 3: "W"}, names[1]: {1: "R"}, names[2]: {1: "R"}}, **settings,
    )  # fmt: skip
    return file.getvalue()


# What the manifest says.


def manifest_of(family: Family, model: RetinaNet, graph: bytes) -> dict:
    """Behaviour as the model states it; the rest is how torchvision's functions are written."""
    transform, anchors = model.transform, model.anchor_generator
    return {
        "manifest": 1,
        "id": family.name,
        "title": f"A small random RetinaNet by torchvision {VERSION}",
        "licence": "BSD-3-Clause",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" if label else None for label in range(CLASSES)],
        "input": {
            "type": "float32",
            "name": INPUT,
            "layout": "nchw",
            "batch": 1,
            "colour": "rgb",
            "divisor": 255,
            "mean": transform.image_mean,
            "std": transform.image_std,
        },
        "resize": {
            "kind": "shortest",
            "shortest": transform.min_size[-1],
            "longest": transform.max_size,
            "scale": family.scale,
            "rounding": "floor",
            "factor": "per-side",
        },
        "resample": {"kind": "bilinear", "antialias": False, "factor": "per-side", "rounding": "none"},
        "pad": {"kind": "multiple", "of": transform.size_divisible, "value": 0},
        "outputs": {"kind": "joined", "scores": OUTPUTS[0], "deltas": OUTPUTS[1]},
        "anchors": {
            "kind": "sizes",
            "levels": [{"stride": stride, "sizes": list(sizes)} for stride, sizes in zip(STRIDES, anchors.sizes)],
            "unit": "pixels",
            "ratios": list(anchors.aspect_ratios[0]),
            "order": "ratio-size",
            "rounding": "half-even",
            "centre": 0,
            "strides": "floor-input-over-grid",
            "extent": "edges",
        },
        "boxes": {
            "kind": "centre-size",
            "order": "xy",
            "weights": list(model.box_coder.weights),
            "extent": "edges",
            "clamp": model.box_coder.bbox_xform_clip,
        },
        "postprocess": {
            "activation": "sigmoid",
            "background": None,
            "candidates": {"perLevel": model.topk_candidates, "total": None},
            "clip": "picture",
            "nms": {"iou": model.nms_thresh, "perClass": True},
            "empty": "keep",
            "score": model.score_thresh,
            "scoreTest": "greater",
            "limit": model.detections_per_img,
        },
    }


# What torchvision makes of a picture.


@torch.no_grad()
def detect(model: RetinaNet, image: Tensor) -> tuple:
    """The detections, and what torchvision hands to its own post-processing for them."""
    with mock.patch.object(model, "postprocess_detections", wraps=model.postprocess_detections) as spy:
        detections = model([image])[0]
    return detections, spy.call_args[0]


def postprocess(model: RetinaNet, given: tuple, **settings) -> dict:
    """torchvision's post-processing under other settings; boxes in input pixels."""
    with mock.patch.multiple(model, **settings):
        return model.postprocess_detections(*given)[0]


def golden_of(model: RetinaNet, picture: np.ndarray) -> dict:
    detections, (_, _, sizes) = detect(model, to_tensor(picture))
    columns = (detections[key].tolist() for key in ("labels", "scores", "boxes"))
    return {
        "picture": f"{picture.shape[1]}x{picture.shape[0]}.png",
        "framework": f"torchvision {VERSION}",
        "resized": list(sizes[0]),
        "padded": [-(-side // 32) * 32 for side in sizes[0]],
        "detections": [
            {"label": label, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
            for label, score, box in zip(*columns)
        ],
    }


def doubts(model: RetinaNet, picture: np.ndarray, noise: float = FAMILY.noise) -> Iterator[str]:
    """Names every decision in a picture that float noise could turn round, the likeliest first."""
    margin = noise * 2 / 3  # of two scores, each of which moves by a quarter of its logit at most
    _, given = detect(deepcopy(model).double(), to_tensor(picture).double())
    limit, most = model.detections_per_img, model.topk_candidates
    scores = postprocess(model, given, detections_per_img=limit + 1)["scores"]
    if (scores[:-1] - scores[1:] < margin).any():
        yield "order of detections"

    for logits in given[0]["cls_logits"]:
        best = logits.sigmoid().flatten().topk(min(most + 1, logits.numel()))[0]
        if len(best) > most and best[-1] > model.score_thresh and best[-2] - best[-1] < margin:
            yield "top-k of a level"

    expected = postprocess(model, given, detections_per_img=limit)
    for name, offset in (("score_thresh", margin), ("nms_thresh", IOU_MARGIN)):
        for value in (getattr(model, name) - offset, getattr(model, name) + offset):
            if not agree(expected, postprocess(model, given, **{name: value})):
                yield f"{name} at {value:.5f}"

    candidates = postprocess(model, given, nms_thresh=2, detections_per_img=10**6)
    if has_close_rival(expected, candidates, margin):
        yield "order in NMS"

    _, single = detect(model, to_tensor(picture))
    noisy = {f"noise {seed}": add_noise(given, noise, seed) for seed in range(3)}
    for name, other in {"float32": single, **noisy}.items():
        if not agree(expected, postprocess(model, other, detections_per_img=limit)):
            yield name


def add_noise(given: tuple, noise: float, seed: int) -> tuple:
    generator = torch.Generator().manual_seed(seed)
    heads = {
        key: [x + noise * torch.randn(x.shape, generator=generator, dtype=x.dtype) for x in levels]
        for key, levels in given[0].items()
    }
    return (heads, *given[1:])


def has_close_rival(kept: dict, candidates: dict, margin: float) -> bool:
    """Whether a detection and a candidate that it suppresses, or the reverse, have nearly one score."""
    gaps = (kept["scores"][:, None] - candidates["scores"]).abs()
    rivals = (kept["labels"][:, None] == candidates["labels"]) & (gaps > 0) & (gaps < margin)
    return bool((rivals & (box_iou(kept["boxes"], candidates["boxes"]) > 0.5 - IOU_MARGIN)).any())


def report(model: RetinaNet, picture: np.ndarray) -> str:
    """One line of numbers per picture, for whoever accepts a golden."""
    golden = golden_of(model, picture)
    _, given = detect(model, to_tensor(picture))
    levels = [logits.sigmoid().flatten() for logits in given[0]["cls_logits"]]
    counts = [int((scores > model.score_thresh).sum()) for scores in levels]
    unlimited = postprocess(model, given, detections_per_img=10**6)
    shown = {key: value[: model.detections_per_img] for key, value in unlimited.items()}
    height, width = given[2][0]
    at_border = (shown["boxes"] <= 0).any(1) | (shown["boxes"] >= torch.tensor([width, height] * 2)).any(1)
    more = postprocess(model, given, topk_candidates=2 * model.topk_candidates)
    dropped = sum(min(count, model.topk_candidates) for count in counts) - len(unlimited["scores"])
    return (
        f"{golden['picture']} resized {golden['resized']} padded {golden['padded']}"
        f": {len(golden['detections'])} detections, {int(at_border.sum())} at the border"
        f", per class {shown['labels'].bincount(minlength=CLASSES).tolist()}"
        f", per level {[int(torch.isin(shown['scores'], scores).sum()) for scores in levels]}"
        f", of candidates per level {counts}, NMS drops {dropped}"
        f", the limit {len(unlimited['scores']) - len(shown['scores'])}"
        f", top-k {'matters' if not agree(shown, more) else 'is idle'}"
    )


if __name__ == "__main__":
    main()
