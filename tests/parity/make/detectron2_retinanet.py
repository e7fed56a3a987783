"""Writes the detections that detectron2 makes of drawn pictures, by a small random RetinaNet.

Run it with PyTorch 1.13, torchvision 0.14 and Pillow 9.4 (Debian 12: python3-torchvision and python3-pil):

    python3 tests/parity/make/detectron2_retinanet.py

detectron2 is in no package registry, so its arithmetic is written again here, from the source of its release 0.6;
resampling and NMS are Pillow's and torchvision's own, as they are there.

It writes into tests/parity/goldens/detectron2/

    WxH.png        the picture, 8-bit RGB
    WxH.json       its detections, best first; boxes are xyxy in source pixels
    model.onnx     the raw heads: images (1, 3, H, W), normalised and padded,
                   to box_cls_0 … 4 (1, A·K, H, W) and box_delta_0 … 4 (1, A·4, H, W)
    manifest.json  how it behaves
    twins.json     what must make every picture fail

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.

The rules, each with its place (facebookresearch/detectron2, folder detectron2/; numbers from config/defaults.py and
configs/Base-RetinaNet.yaml):

    engine/defaults.py `DefaultPredictor`           BGR from 0 to 255, resized before anything else
    data/transforms/augmentation_impl.py            shortest side 800, longest 1333, int(side + 0.5)
      `ResizeShortestEdge`
    data/transforms/transform.py `ResizeTransform`  Pillow's bilinear, on bytes
    modeling/meta_arch/dense_detector.py            minus the mean, over a deviation of 1
      `preprocess_image`
    structures/image_list.py `from_tensors`         then zeros at the right and bottom, to multiples of 32
    modeling/anchor_generator.py                    exact corners around index · stride, as the offset is 0; sizes vary
      `DefaultAnchorGenerator`                      slower than ratios
    modeling/meta_arch/dense_detector.py            score > 0.05, the best 1000 (anchor, class) pairs of each level
      `_decode_per_level_predictions`
    modeling/box_regression.py `Box2BoxTransform`   dw, dh at most ln(1000 / 16)
    modeling/meta_arch/retinanet.py                 NMS of boxes that nothing has clipped; the best 100
      `inference_single_image`
    layers/nms.py `batched_nms`                     torchvision's: per class, IoU > 0.5 drops
    modeling/postprocessing.py                      each side's own ratio, then clipped to the source, and what is empty
      `detector_postprocess`                        there is dropped, so that of the 100 fewer can be left
    export/caffe2_modeling.py `Caffe2RetinaNet`     names and order of the heads; that graph normalises within, this one
                                                    is fed what `preprocess_image` makes
"""

import argparse
import hashlib
import io
import math
import re
import sys
from typing import Iterator

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import batched_nms, box_iou, nms

from golden import LevelHeads, agree, draw, encode_json, encode_png, put, put_settings

FAMILY = "detectron2"
VERSION = re.match(r"\d+\.\d+\.\d+", torchvision.__version__)[0]
# (width, height): (shapes, seed). Sides that another rounding would give another length; two pictures shrink.
PICTURES = {
    (640, 480): (60, 0), (480, 640): (30, 3), (1225, 901): (40, 11), (334, 500): (16, 0), (1503, 331): (60, 13),
    (97, 62): (7, 4),
}  # fmt: skip

CLASSES = 6
CHANNELS = 12  # keeps the graph near 110 KB
STRIDES = [8, 16, 32, 64, 128]
SIZES = [[size * 2 ** (third / 3) for third in range(3)] for size in (32, 64, 128, 256, 512)]
RATIOS = [0.5, 1.0, 2.0]
MEAN = [103.53, 116.28, 123.675]  # of blue, green, red
SHORTEST, LONGEST, MULTIPLE = 800, 1333, 32
SCORE, CANDIDATES, IOU, LIMIT = 0.05, 1000, 0.5, 100
CLAMP = math.log(1000 / 16)

BEYOND_CLAMP = 4.6  # exp(4.6) = 99 is more than 1000 / 16
BEYOND_PICTURE = -5  # of 32 pixels: moves what is found in the upper rows out of the picture

SCORE_MARGIN = 2e-6
IOU_MARGIN = 1e-5
LOGIT_NOISE = 3e-6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    heads = build_heads()
    if options.search:
        search(heads, options.search)
        return
    graph = export(heads)
    verdicts = [
        put(f"{FAMILY}/model.onnx", graph, options.accept),
        put_settings(f"{FAMILY}/manifest.json", manifest_of(graph), options.accept),
        put_settings(f"{FAMILY}/twins.json", TWINS, options.accept),
    ]
    for (width, height), (shapes, seed) in PICTURES.items():
        verdicts += write_golden(heads, draw(width, height, shapes, seed), options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(heads: LevelHeads, end: int) -> None:
    for (width, height), (shapes, _) in PICTURES.items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            found = next(doubts(heads, picture), "steady")
            print(f"seed {seed}, {found}:", report(heads, picture), flush=True)


def write_golden(heads: LevelHeads, picture: np.ndarray, accept: bool) -> list:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    found = list(doubts(heads, picture))
    if found:
        raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
    print(report(heads, picture))
    return [
        put(f"{FAMILY}/{name}.png", encode_png(picture), accept),
        put(f"{FAMILY}/{name}.json", encode_json(golden_of(heads, picture)), accept),
    ]


# The model.


@torch.no_grad()
def build_heads() -> LevelHeads:
    heads = LevelHeads(len(RATIOS) * len(SIZES[0]), CLASSES, CHANNELS).eval()
    image, _ = preprocess(draw(640, 480, shapes=60, seed=0))
    heads.set_weights(6, image[0], logits=(-7.3, 1.2), delta_spread=0.1, gains=(0.9, 0.9, 1.7, 1.8, 1.5))
    deltas = heads.deltas.bias.view(-1, 4)
    deltas[0, 3] = BEYOND_CLAMP  # the smallest wide anchor: dh
    deltas[2, 2] = BEYOND_CLAMP  # the smallest tall anchor: dw
    deltas[1, 1] = BEYOND_PICTURE  # the smallest square anchor: dy
    return heads


class Interleaved(nn.Module):
    """What a graph holds: class and box head of each level, in turn."""

    def __init__(self, heads: LevelHeads):
        super().__init__()
        self.heads = heads

    def forward(self, images: Tensor) -> tuple:
        return tuple(head for level in zip(*self.heads(images)) for head in level)


def output_names(head: str) -> list:
    return [f"{head}_{level}" for level in range(len(STRIDES))]


def export(heads: LevelHeads) -> bytes:
    outputs = [name for level in zip(output_names("box_cls"), output_names("box_delta")) for name in level]
    free = {name: {2: f"H{name[-1]}", 3: f"W{name[-1]}"} for name in outputs}
    file = io.BytesIO()
    torch.onnx.export(
        Interleaved(heads), torch.zeros(1, 3, 256, 320), file,
        opset_version=13, input_names=["images"], output_names=outputs,
        dynamic_axes={"images": {2: "H", 3: "W"}, **free},
    )  # fmt: skip
    return file.getvalue()


# What detectron2 makes of a picture.


def resized_size(width: int, height: int) -> tuple:
    """Width and height by `ResizeShortestEdge`, in its order of operations."""
    scale = SHORTEST / min(width, height)
    sides = (scale * width, SHORTEST) if height < width else (SHORTEST, scale * height)
    if max(sides) > LONGEST:
        scale = LONGEST / max(sides)
        sides = [side * scale for side in sides]
    return tuple(int(side + 0.5) for side in sides)


def resize_by_pillow(picture: np.ndarray, size: tuple) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize(size, Image.BILINEAR))


def resize_exactly(picture: np.ndarray, size: tuple) -> np.ndarray:
    """Pillow's two passes without its weights' 22 bits, by which halves go up or down."""
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].double()
    for shape in ((picture.shape[0], size[0]), (size[1], size[0])):
        pixels = F.interpolate(pixels, shape, mode="bilinear", antialias=True).add(0.5 + 1e-9).floor()
    return pixels[0].permute(1, 2, 0).byte().numpy()


def preprocess(picture: np.ndarray, resize=resize_by_pillow) -> tuple:
    """The input, `(1, 3, H, W)`, and the (width, height) of the picture in it."""
    size = resized_size(picture.shape[1], picture.shape[0])
    blue_first = np.ascontiguousarray(resize(picture, size)[:, :, ::-1])
    image = torch.from_numpy(blue_first).permute(2, 0, 1).float() - torch.tensor(MEAN)[:, None, None]
    return F.pad(image, [0, -size[0] % MULTIPLE, 0, -size[1] % MULTIPLE])[None], size


def anchors_of(level: int, rows: int, columns: int) -> Tensor:
    """`(rows · columns · A, 4)`."""
    cell = []
    for size in SIZES[level]:
        for ratio in RATIOS:
            width = math.sqrt(size * size / ratio)
            height = ratio * width
            cell.append([-width / 2, -height / 2, width / 2, height / 2])
    x, y = torch.arange(columns) * STRIDES[level], torch.arange(rows) * STRIDES[level]
    y, x = torch.meshgrid(y, x, indexing="ij")
    shifts = torch.stack([x, y, x, y], 2).view(-1, 1, 4)
    return (shifts + torch.tensor(cell)).view(-1, 4)


def apply_deltas(deltas: Tensor, anchors: Tensor) -> Tensor:
    sides = anchors[:, 2:] - anchors[:, :2]
    centres = anchors[:, :2] + 0.5 * sides + deltas[:, :2] * sides
    halves = 0.5 * deltas[:, 2:].clamp(max=CLAMP).exp() * sides
    return torch.cat([centres - halves, centres + halves], 1)


@torch.no_grad()
def infer(heads: LevelHeads, image: Tensor) -> tuple:
    """Logits `(H·W·A, K)` and deltas `(H·W·A, 4)` of each level, and its anchors."""
    logits, deltas = heads.to(image.dtype)(image)
    rows = lambda level, width: level.view(-1, width, *level.shape[2:]).permute(2, 3, 0, 1).reshape(-1, width)
    anchors = [anchors_of(i, *level.shape[2:]).to(image.dtype) for i, level in enumerate(logits)]
    return [rows(level, CLASSES) for level in logits], [rows(level, 4) for level in deltas], anchors


def candidates_of(given: tuple, score: float, most: int) -> tuple:
    """Boxes, scores and labels of all levels."""
    parts = []
    for logits, deltas, anchors in zip(*given):
        scores = logits.sigmoid().flatten()
        best = (scores > score).nonzero()[:, 0]
        best = best[scores[best].argsort(descending=True)[:most]]
        at = torch.div(best, CLASSES, rounding_mode="floor")
        parts.append((apply_deltas(deltas[at], anchors[at]), scores[best], best % CLASSES))
    return tuple(torch.cat(part) for part in zip(*parts))


def postprocess(given: tuple, score=SCORE, most=CANDIDATES, iou=IOU, limit=LIMIT) -> dict:
    """Detections in input pixels, not clipped."""
    boxes, scores, labels = candidates_of(given, score, most)
    keep = batched_nms(boxes, scores, labels, iou)[:limit]
    return {"boxes": boxes[keep], "scores": scores[keep], "labels": labels[keep]}


def to_source(found: dict, picture: np.ndarray, size: tuple) -> dict:
    """`detector_postprocess`."""
    height, width = picture.shape[:2]
    boxes = found["boxes"] * torch.tensor([width / size[0], height / size[1]] * 2)
    boxes = boxes.clamp(min=0).minimum(torch.tensor([width, height] * 2))
    seen = (boxes[:, 2:] > boxes[:, :2]).all(1)
    return {"boxes": boxes[seen], "scores": found["scores"][seen], "labels": found["labels"][seen]}


def golden_of(heads: LevelHeads, picture: np.ndarray) -> dict:
    image, size = preprocess(picture)
    found = to_source(postprocess(infer(heads.float(), image)), picture, size)
    columns = (found[key].tolist() for key in ("labels", "scores", "boxes"))
    return {
        "picture": f"{picture.shape[1]}x{picture.shape[0]}.png",
        "framework": f"detectron2 0.6, written again from its source, with torchvision {VERSION}",
        "resized": [size[1], size[0]],
        "padded": list(image.shape[2:]),
        "detections": [
            {"label": label, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
            for label, score, box in zip(*columns)
        ],
    }


def doubts(heads: LevelHeads, picture: np.ndarray) -> Iterator[str]:
    """Names every decision in a picture that float noise could turn round, the likeliest first."""
    image, size = preprocess(picture)
    given = infer(heads.double(), image.double())
    scores = postprocess(given, limit=LIMIT + 1)["scores"]
    if (scores[:-1] - scores[1:] < SCORE_MARGIN).any():
        yield "order of detections"

    for logits in given[0]:
        best = logits.sigmoid().flatten().topk(min(CANDIDATES + 1, logits.numel()))[0]
        if len(best) > CANDIDATES and best[-1] > SCORE and best[-2] - best[-1] < SCORE_MARGIN:
            yield "top-k of a level"

    expected = postprocess(given)
    for name, value, margin in (("score", SCORE, SCORE_MARGIN), ("iou", IOU, IOU_MARGIN)):
        for near in (value - margin, value + margin):
            if not agree(expected, postprocess(given, **{name: near})):
                yield f"{name} at {near:.5f}"
    if has_close_rival(expected, candidates_of(given, SCORE, CANDIDATES)):
        yield "order in NMS"
    if not agree(expected, postprocess_by_class(given)):
        yield "boxes that batched_nms moves onto another class"
    if is_nearly_empty(to_source(expected, picture, size)):
        yield "a box that is nearly empty"

    tied, _ = preprocess(picture, resize_exactly)
    others = {
        "float32": infer(heads.float(), image),
        "halves in the resize": infer(heads.double(), tied.double()),
        **{f"noise {seed}": add_noise(given, seed) for seed in range(3)},
    }
    for name, other in others.items():
        if not agree(to_source(expected, picture, size), to_source(postprocess(other), picture, size)):
            yield name


def add_noise(given: tuple, seed: int) -> tuple:
    generator = torch.Generator().manual_seed(seed)
    noisy = [
        [level + LOGIT_NOISE * torch.randn(level.shape, generator=generator, dtype=level.dtype) for level in head]
        for head in given[:2]
    ]
    return (*noisy, given[2])


def has_close_rival(kept: dict, candidates: tuple) -> bool:
    """Whether a detection and a candidate that it suppresses, or the reverse, have nearly one score."""
    boxes, scores, labels = candidates
    gaps = (kept["scores"][:, None] - scores).abs()
    rivals = (kept["labels"][:, None] == labels) & (gaps > 0) & (gaps < SCORE_MARGIN)
    return bool((rivals & (box_iou(kept["boxes"], boxes) > IOU - IOU_MARGIN)).any())


def postprocess_by_class(given: tuple) -> dict:
    """`postprocess` without the offset per class by which `batched_nms` keeps few boxes apart."""
    boxes, scores, labels = candidates_of(given, SCORE, CANDIDATES)
    own = [(labels == label).nonzero()[:, 0] for label in range(CLASSES)]
    keep = torch.cat([rows[nms(boxes[rows], scores[rows], IOU)] for rows in own])
    keep = keep[scores[keep].argsort(descending=True)[:LIMIT]]
    return {"boxes": boxes[keep], "scores": scores[keep], "labels": labels[keep]}


def is_nearly_empty(found: dict) -> bool:
    return bool((found["boxes"][:, 2:] - found["boxes"][:, :2] < 0.01).any())


def report(heads: LevelHeads, picture: np.ndarray) -> str:
    """One line of numbers per picture, for whoever accepts a golden."""
    golden = golden_of(heads, picture)
    image, size = preprocess(picture)
    given = infer(heads.float(), image)
    levels = [logits.sigmoid().flatten() for logits in given[0]]
    counts = [int((scores > SCORE).sum()) for scores in levels]
    unlimited = postprocess(given, limit=10**6)
    shown = postprocess(given)
    seen = to_source(shown, picture, size)
    at_border = (seen["boxes"] <= 0).any(1) | (seen["boxes"] >= torch.tensor(picture.shape[1::-1] * 2)).any(1)
    dropped = sum(min(count, CANDIDATES) for count in counts) - len(unlimited["scores"])
    return (
        f"{golden['picture']} resized {golden['resized']} padded {golden['padded']}: {len(seen['scores'])} detections"
        f", {len(shown['scores']) - len(seen['scores'])} empty, {int(at_border.sum())} at the border"
        f", per class {seen['labels'].bincount(minlength=CLASSES).tolist()}"
        f", per level {[int(torch.isin(seen['scores'], scores).sum()) for scores in levels]}"
        f", of candidates per level {counts}, NMS drops {dropped}"
        f", the limit {len(unlimited['scores']) - len(shown['scores'])}"
        f", top-k {'is idle' if agree(shown, postprocess(given, most=2 * CANDIDATES)) else 'matters'}"
    )


# What the manifest says.


def manifest_of(graph: bytes) -> dict:
    return {
        "manifest": 1,
        "id": FAMILY,
        "title": "A small random RetinaNet as detectron2 has it",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float32",
            "name": "images",
            "layout": "nchw",
            "batch": 1,
            "colour": "bgr",
            "divisor": 1,
            "mean": MEAN,
            "std": [1, 1, 1],
        },
        "resize": {
            "kind": "shortest",
            "shortest": SHORTEST,
            "longest": LONGEST,
            "scale": "float64",
            "rounding": "half-up",
            "factor": "per-side",
        },
        "resample": {"kind": "bilinear", "antialias": True, "factor": "per-side", "rounding": "each-pass"},
        "pad": {"kind": "multiple", "of": MULTIPLE, "value": 0},
        "outputs": {
            "kind": "levels",
            "layout": "nchw",
            "scores": output_names("box_cls"),
            "deltas": output_names("box_delta"),
        },
        "anchors": {
            "kind": "sizes",
            "levels": [{"stride": stride, "sizes": sizes} for stride, sizes in zip(STRIDES, SIZES)],
            "unit": "pixels",
            "ratios": RATIOS,
            "order": "size-ratio",
            "rounding": "none",
            "centre": 0,
            "strides": "nominal",
            "extent": "edges",
        },
        "boxes": {
            "kind": "centre-size",
            "order": "xy",
            "weights": [1, 1, 1, 1],
            "extent": "edges",
            "clamp": CLAMP,
        },
        "postprocess": {
            "activation": "sigmoid",
            "background": None,
            "candidates": {"perLevel": CANDIDATES, "total": None},
            "clip": "none",
            "nms": {"iou": IOU, "perClass": True},
            "empty": "drop",
            "score": SCORE,
            "scoreTest": "greater",
            "limit": LIMIT,
        },
    }


TWINS = [
    {"claim": "sides rounded down", "property": "resize.rounding", "value": "floor"},
    {"claim": "pixels not rounded by the resize", "property": "resample.rounding", "value": "none"},
    {"claim": "sizes varying fastest", "property": "anchors.order", "value": "ratio-size"},
    {"claim": "strides as the grid has them", "property": "anchors.strides", "value": "floor-input-over-grid"},
    {"claim": "boxes clipped before NMS", "property": "postprocess.clip", "value": "picture"},
    {"claim": "empty boxes kept", "property": "postprocess.empty", "value": "keep"},
]


if __name__ == "__main__":
    main()
