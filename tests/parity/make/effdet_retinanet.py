"""Writes effdet's own detections of drawn pictures, by a small random network with EfficientDet's heads.

Run it with effdet 0.4.1, the reference, in a Python 3.11 that holds

    torch==2.9.0 torchvision==0.24.0 pillow timm==0.9.16 pycocotools omegaconf, and effdet==0.4.1

    python tests/parity/make/effdet_retinanet.py

It writes into tests/parity/goldens/effdet/

    WxH.png     the picture, 8-bit RGB
    WxH.json    its detections, best first; boxes are xyxy in source pixels
    model.onnx  the raw heads of five levels: logits (1, A·K, H, W) and deltas (1, A·4, H, W)

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.

The package does all of it itself, with the configuration of `efficientdet_d0` but 256x256 pixels and few classes:

    data/transforms.py `transforms_coco_eval`  int() of each side, Pillow's bilinear on bytes, pasted at the top left of
                                               a square of the mean colour in whole bytes
    data/loader.py `PrefetchLoader`            (bytes - 255 · mean) / (255 · deviation); it only runs on CUDA, so this
                                               one line is written again here
    anchors.py `Anchors`                       the octave varies slowest, then pairs of aspects; centres amid the cells
    bench.py `_post_process`                   the best 5000 (anchor, class) pairs of all levels, whatever their score
    anchors.py `generate_detections`           deltas dy dx dh dw, no limit to dh, dw; boxes clipped to the source's
                                               size times the one factor; NMS per class at 0.5; best 100; boxes / factor
"""

import argparse
import hashlib
import io
import sys
from typing import Iterator
from unittest import mock

import numpy as np
import torch
from effdet import DetBenchPredict
from effdet.anchors import Anchors, generate_detections
from effdet.bench import _post_process
from effdet.config import get_efficientdet_config
from effdet.data.transforms import (
    IMAGENET_DEFAULT_MEAN,
    IMAGENET_DEFAULT_STD,
    resolve_fill_color,
    transforms_coco_eval,
)
from effdet.version import __version__ as VERSION
from PIL import Image
from torch import Tensor, nn
from torchvision.ops import batched_nms, box_iou

from golden import LevelHeads, agree, draw, encode_json, encode_png, put, put_settings

FAMILY = "effdet"
# (width, height): (shapes, seed). One side is never whole before int(); 501 · (256 / 501) is even less than 256. Three
# fill the limit of 100; in 480x641 and 67x61, the cut at 5000 candidates is felt.
PICTURES = {(641, 480): (60, 3), (480, 641): (30, 3), (1089, 801): (30, 1), (334, 501): (20, 1), (67, 61): (5, 0)}

SIDE = 256
CLASSES = 3
CHANNELS = 12  # keeps the graph near 90 KB
LEVELS = range(3, 8)

SCORE_MARGIN = 2e-6
IOU_MARGIN = 1e-5
LOGIT_NOISE = 3e-6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    if VERSION != "0.4.1":
        sys.exit(f"effdet 0.4.1 is the reference, this is {VERSION}")
    torch.set_num_threads(1)
    bench = build_bench()
    if options.search:
        search(bench, options.search)
        return
    graph = export(bench.model)
    verdicts = [
        put(f"{FAMILY}/model.onnx", graph, options.accept),
        put_settings(f"{FAMILY}/manifest.json", manifest_of(bench, graph), options.accept),
        put_settings(f"{FAMILY}/twins.json", twins_of(bench), options.accept),
    ]
    for (width, height), (shapes, seed) in PICTURES.items():
        verdicts += write_golden(bench, draw(width, height, shapes, seed), options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(bench: DetBenchPredict, end: int) -> None:
    for (width, height), (shapes, _) in PICTURES.items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            if not any(doubts(bench, picture)):
                print(f"seed {seed}:", report(bench, picture), flush=True)


def write_golden(bench: DetBenchPredict, picture: np.ndarray, accept: bool) -> list:
    name = f"{FAMILY}/{picture.shape[1]}x{picture.shape[0]}"
    found = list(doubts(bench, picture))
    if found:
        raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
    print(report(bench, picture))
    return [
        put(f"{name}.png", encode_png(picture), accept),
        put(f"{name}.json", encode_json(golden_of(bench, picture)), accept),
    ]


# The model.


def build_bench() -> DetBenchPredict:
    """effdet's bench, with its defaults, around a network of few channels."""
    config = get_efficientdet_config("efficientdet_d0")
    config.image_size, config.num_classes = (SIDE, SIDE), CLASSES
    heads = LevelHeads(config.num_scales * len(config.aspect_ratios), CLASSES, CHANNELS).eval()
    heads.config = config
    # The finest level has three quarters of the anchors, so it gets the lowest scores.
    image, _ = prepare(draw(640, 480, shapes=60, seed=0))
    heads.set_weights(4, image, logits=(-4.8, 0.8), delta_spread=0.2, gains=(0.7, 1, 1.5, 2, 2.4))
    with torch.no_grad():
        heads.deltas.bias.view(-1, 4)[:, 2:] += 1.4  # dh, dw: of boxes four times as large, NMS leaves few
    return DetBenchPredict(heads).eval()


def export(heads: nn.Module) -> bytes:
    file = io.BytesIO()
    names = {"input_names": ["images"], "output_names": output_names()}
    torch.onnx.export(heads, torch.zeros(1, 3, SIDE, SIDE), file, opset_version=13, dynamo=False, **names)
    return file.getvalue()


def output_names() -> list:
    return [f"{head}_out_{level}" for head in ("class", "box") for level in LEVELS]


# What effdet makes of a picture.


def prepare(picture: np.ndarray) -> tuple:
    """The input `(3, H, W)`, and what effdet keeps of the way there."""
    pixels, kept = transforms_coco_eval(SIDE, use_prefetcher=True)(Image.fromarray(picture), {})
    info = {"img_scale": torch.tensor([kept["img_scale"]]), "img_size": torch.tensor([picture.shape[1::-1]])}
    return standardised(torch.from_numpy(pixels)), info


def standardised(pixels: Tensor) -> Tensor:
    mean, std = (torch.tensor(colour).view(3, 1, 1) * 255 for colour in (IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD))
    return (pixels.float() - mean) / std


def golden_of(bench: DetBenchPredict, picture: np.ndarray) -> dict:
    image, info = prepare(picture)
    height, width = picture.shape[:2]
    with torch.no_grad():
        rows = bench.float()(image[None], info)[0]
    scale = min(SIDE / width, SIDE / height)
    # A clip in the input leaves edges a float's width outside the source.
    boxes = rows[:, :4].maximum(torch.zeros(4)).minimum(torch.tensor([width, height] * 2))
    return {
        "picture": f"{width}x{height}.png",
        "framework": f"effdet {VERSION}",
        "resized": [int(height * scale), int(width * scale)],
        "padded": [SIDE, SIDE],
        "detections": [
            {"label": int(label) - 1, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
            for box, score, label in zip(boxes.tolist(), *rows[:, 4:].T.tolist())
            if label > 0  # effdet's labels start at 1, as 0 is the background; rows of nothing fill up to 100
        ],
    }


@torch.no_grad()
def infer(bench: DetBenchPredict, image: Tensor, info: dict) -> tuple:
    return (*bench.to(image.dtype).model(image[None]), info)


def postprocess(bench: DetBenchPredict, given: tuple, iou=0.5, most=None, limit=None) -> dict:
    """effdet's post-processing, step by step, under other settings; boxes in source pixels."""
    logits, deltas, info = given
    most = most or bench.max_detection_points
    picked = _post_process(logits, deltas, len(LEVELS), CLASSES, max_detection_points=most)
    logits, deltas, indices, classes = (part[0] for part in picked)
    nms = mock.patch("effdet.anchors.batched_nms", lambda *args, iou_threshold: batched_nms(*args, iou_threshold=iou))
    with nms:
        rows = generate_detections(
            logits, deltas, bench.anchors.boxes.float(), indices, classes, info["img_scale"][0], info["img_size"][0],
            max_det_per_image=limit or bench.max_det_per_image,
        )  # fmt: skip
    rows = rows[rows[:, 5] > 0]
    return {"boxes": rows[:, :4], "scores": rows[:, 4], "labels": rows[:, 5].long() - 1}


def doubts(bench: DetBenchPredict, picture: np.ndarray) -> Iterator[str]:
    """Names every decision in a picture that float noise could turn round, the likeliest first."""
    image, info = prepare(picture)
    given = infer(bench, image.double(), info)
    limit, most = bench.max_det_per_image, bench.max_detection_points
    scores = postprocess(bench, given, limit=limit + 1)["scores"]
    if (scores[:-1] - scores[1:]).min() < SCORE_MARGIN:
        yield "order of detections"

    expected = postprocess(bench, given)
    logits = torch.cat([level.flatten() for level in given[0]]).topk(most + 1)[0]
    if logits[-2] - logits[-1] < SCORE_MARGIN and not agree(expected, postprocess(bench, given, most=most + 99)):
        yield "top-k"
    for iou in (0.5 - IOU_MARGIN, 0.5 + IOU_MARGIN):
        if not agree(expected, postprocess(bench, given, iou=iou)):
            yield f"iou at {iou:.5f}"
    if has_close_rival(expected, postprocess(bench, given, iou=2, limit=most)):
        yield "order in NMS"

    others = {"float32": infer(bench, image, info), **{f"noise {seed}": add_noise(given, seed) for seed in range(3)}}
    for name, other in others.items():
        if not agree(expected, postprocess(bench, other)):
            yield name


def add_noise(given: tuple, seed: int) -> tuple:
    generator = torch.Generator().manual_seed(seed)
    noisy = [
        [level + LOGIT_NOISE * torch.randn(level.shape, generator=generator, dtype=level.dtype) for level in head]
        for head in given[:2]
    ]
    return (*noisy, given[2])


def has_close_rival(kept: dict, candidates: dict) -> bool:
    """Whether a detection and a candidate that it suppresses, or the reverse, have nearly one score."""
    gaps = (kept["scores"][:, None] - candidates["scores"]).abs()
    rivals = (kept["labels"][:, None] == candidates["labels"]) & (gaps > 0) & (gaps < SCORE_MARGIN)
    return bool((rivals & (box_iou(kept["boxes"], candidates["boxes"]) > 0.5 - IOU_MARGIN)).any())


def report(bench: DetBenchPredict, picture: np.ndarray) -> str:
    """One line of numbers per picture, for whoever accepts a golden."""
    golden = golden_of(bench, picture)
    given = infer(bench, *prepare(picture))
    levels = [level.sigmoid().flatten() for level in given[0]]
    cut = torch.cat(levels).topk(bench.max_detection_points)[0][-1]
    unlimited = postprocess(bench, given, limit=10**6)
    shown = postprocess(bench, given)
    boxes = np.array([row["box"] for row in golden["detections"]])
    at_border = (boxes <= 0.01).any(1) | (boxes >= [side - 0.01 for side in picture.shape[1::-1] * 2]).any(1)
    more = postprocess(bench, given, most=2 * bench.max_detection_points)
    return (
        f"{golden['picture']} resized {golden['resized']}: {len(boxes)} detections"
        f", {int(at_border.sum())} at the border, {int((boxes[:, 2:] <= boxes[:, :2]).any(1).sum())} empty"
        f", scores {shown['scores'].max():.3f} to {shown['scores'].min():.3f}"
        f", per class {shown['labels'].bincount(minlength=CLASSES).tolist()}"
        f", per level {[int(torch.isin(shown['scores'], scores).sum()) for scores in levels]}"
        f", of candidates per level {[int((scores >= cut).sum()) for scores in levels]}"
        f", NMS leaves {len(unlimited['scores'])}, top-k {'matters' if not agree(shown, more) else 'is idle'}"
    )


# What the manifest says.


def manifest_of(bench: DetBenchPredict, graph: bytes) -> dict:
    config, names = bench.config, output_names()
    return {
        "manifest": 1,
        "id": FAMILY,
        "title": f"A small random network with the heads of effdet {VERSION}",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float32",
            "name": "images",
            "layout": "nchw",
            "batch": 1,
            "colour": "rgb",
            "divisor": 255,
            "mean": list(IMAGENET_DEFAULT_MEAN),
            "std": list(IMAGENET_DEFAULT_STD),
        },
        "resize": {"kind": "fit", "width": SIDE, "height": SIDE, "rounding": "floor", "factor": "one"},
        "resample": {"kind": "bilinear", "antialias": True, "factor": "per-side", "rounding": "each-pass"},
        "pad": {"kind": "fixed", "width": SIDE, "height": SIDE, "value": padding(resolve_fill_color("mean"))},
        "outputs": {"kind": "levels", "layout": "nchw", "scores": names[:5], "deltas": names[5:]},
        "anchors": {
            "kind": "shapes",
            "levels": anchor_levels(bench.anchors, [1, 0]),
            "centre": 0.5,
            "strides": "nominal",
            "extent": "edges",
        },
        "boxes": {
            "kind": "centre-size",
            "order": "yx",
            "weights": [1, 1, 1, 1],
            "extent": "edges",
            "clamp": None,
        },
        "postprocess": {
            "activation": "sigmoid",
            "background": None,
            "candidates": {"perLevel": None, "total": config.max_detection_points},
            "clip": "picture",
            "nms": {"iou": 0.5, "perClass": True},
            "empty": "keep",
            "score": 0,
            "scoreTest": "at-least",
            "limit": config.max_det_per_image,
        },
    }


def padding(colour: tuple) -> list:
    """Bytes as the tensor holds them."""
    return [round(x, 7) for x in standardised(torch.tensor(colour).view(3, 1, 1)).flatten().tolist()]


def anchor_levels(anchors: Anchors, order: list) -> list:
    """Width and height of the anchors of each level's first cell, read from effdet's y1 x1 y2 x2."""
    levels, start = [], 0
    for level in LEVELS:
        rows, columns = anchors.feat_sizes[level]
        cell = anchors.boxes[start : start + anchors.get_anchors_per_location()]
        sides = (cell[:, 2:] - cell[:, :2])[:, order].tolist()
        shapes = [[round(side, 6) for side in shape] for shape in sides]
        levels.append({"stride": SIDE // columns, "shapes": shapes})
        start += rows * columns * len(cell)
    return levels


def twins_of(bench: DetBenchPredict) -> list:
    twins = [
        ("boxes back, and clipped, by each side's own ratio", "resize.factor", "per-side"),
        ("black padding", "pad.value", padding((0, 0, 0))),
        ("anchors as height and width", "anchors.levels", anchor_levels(bench.anchors, [0, 1])),
        ("deltas in the order of x, y", "boxes.order", "xy"),
        ("the best 1000 of all levels", "postprocess.candidates.total", 1000),
        ("boxes not clipped before NMS", "postprocess.clip", "none"),
    ]
    return [{"claim": claim, "property": path, "value": value} for claim, path, value in twins]


if __name__ == "__main__":
    main()
