"""Writes the detections of drawn pictures by a small random network in mixed precision, two pictures per run.

Run it with torch, torchvision and Pillow (Debian 12: python3-torchvision, python3-pil) and, in a venv beside them,

    onnx==1.15.0 onnxruntime==1.17.3

    python tests/parity/make/half_precision.py

It writes into tests/parity/goldens/half/. A file that is there already is only compared; --accept rewrites it. A golden
that float noise could change is refused: --search N lists the drawing seeds below N that are steady.

No framework stands behind it: it is made up to hold what few exports have together. Input (2, H, W, 3) and outputs are
float16, the outputs one pair per level, channels last, (2, h, w, A·K) and (2, h, w, A·4); a run takes two pictures,
ours first, and the other is all zeros. The reference decodes the outputs as onnxruntime gives them.

A float16 is only one or two thousandths fine at the logits of a detection, so a rounding that goes another way would be
seen. Hence nothing is rounded before the outputs are: mean, std and weights are few bits long, the network works in
multiples of 1/32, and the pictures have once, half or twice the sides of the input, so resampling is exact as well.
Equal scores are common; none of them decides what NMS or a limit drops.
"""

import argparse
import hashlib
import io
import sys
from typing import Iterator

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from golden import draw, encode_json, encode_png, put, put_settings
from plain_detector import STRIDES, Network, detections_of, doubts_of, report_of, rows_of, set_weights

FAMILY = "half"
# (width, height): (shapes, seed).
PICTURES = {(320, 256): (30, 1), (640, 512): (60, 1), (160, 128): (10, 12), (640, 128): (20, 0), (160, 512): (20, 0)}

WIDTH, HEIGHT = 320, 256
MEAN, STD = [112, 128, 144], [64, 32, 64]  # in the order of BGR
GRAIN = 1 / 32
CLASSES, CHANNELS = 5, 10
SIZES, RATIOS = [4, 5.5], [0.5, 1, 2]  # in strides; height over width
LOGITS = ([-3.6, -4.4, -3.8, -4.4, -4.4], 1.2)  # mean per class, and spread
DELTAS = 0.8
GAINS = (0.4, 0.8, 1.7, 2.5, 1.5)
WEIGHTS = [10, 10, 5, 5]

SETTINGS = {"score": 0.05, "iou": 0.5, "limit": 100, "per_level": 100}
HEADS = {kind: [f"{kind}_p{level}" for level in range(3, 8)] for kind in ("logits", "deltas")}


class Half(nn.Module):
    """The pairs of heads, all logits first."""

    def __init__(self):
        super().__init__()
        self.network = Network(CHANNELS, len(SIZES) * len(RATIOS), CLASSES, GRAIN)
        images = torch.cat([prepare(draw(WIDTH, HEIGHT, shapes=30, seed=seed))[:1] for seed in range(4)])
        set_weights(self.network, images.permute(0, 3, 1, 2).float(), LOGITS, DELTAS, GAINS)

    def forward(self, images: Tensor) -> tuple:
        logits, deltas = zip(*self.network(images.float().permute(0, 3, 1, 2)))
        return tuple(head.permute(0, 2, 3, 1).half() for head in (*logits, *deltas))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    graph = export(Half().eval())
    if options.search:
        search(graph, options.search)
        return
    verdicts = [
        put(f"{FAMILY}/model.onnx", graph, options.accept),
        put_settings(f"{FAMILY}/manifest.json", manifest_of(graph), options.accept),
        put_settings(f"{FAMILY}/twins.json", TWINS, options.accept),
    ]
    for (width, height), (shapes, seed) in PICTURES.items():
        verdicts += write_golden(graph, draw(width, height, shapes, seed), options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(graph: bytes, end: int) -> None:
    for (width, height), (shapes, _) in PICTURES.items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            if not any(doubts(graph, picture)):
                print(f"seed {seed}:", report(graph, picture), flush=True)


def write_golden(graph: bytes, picture: np.ndarray, accept: bool) -> list:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    found = list(doubts(graph, picture))
    if found:
        raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
    print(report(graph, picture))
    return [
        put(f"{FAMILY}/{name}.png", encode_png(picture), accept),
        put(f"{FAMILY}/{name}.json", encode_json(golden_of(graph, picture)), accept),
    ]


def export(model: Half) -> bytes:
    file = io.BytesIO()
    torch.onnx.export(
        model, torch.zeros(2, HEIGHT, WIDTH, 3).half(), file, opset_version=13,
        input_names=["images"], output_names=[*HEADS["logits"], *HEADS["deltas"]],
    )  # fmt: skip
    return file.getvalue()


# What comes of a picture.


def prepare(picture: np.ndarray) -> Tensor:
    """The picture stretched, BGR, standardised in float32, rounded to float16; and after it an empty one."""
    pixels = torch.from_numpy(picture[:, :, ::-1].copy()).permute(2, 0, 1).float()
    stretched = F.interpolate(pixels[None], (HEIGHT, WIDTH), mode="bilinear", align_corners=False)[0]
    image = (stretched.permute(1, 2, 0) - torch.tensor(MEAN)) / torch.tensor(STD)
    return torch.stack([image, torch.zeros(HEIGHT, WIDTH, 3)]).half()


def levels_of(graph: bytes, images: Tensor) -> list:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = [*HEADS["logits"], *HEADS["deltas"]]
    outputs = [torch.from_numpy(output)[0].double() for output in session.run(names, {"images": images.numpy()})]
    levels = zip(STRIDES, outputs[: len(STRIDES)], outputs[len(STRIDES) :])
    return [
        (decode(deltas.reshape(-1, 4), anchors_of(*deltas.shape[:2], stride)), logits.reshape(-1, CLASSES).sigmoid())
        for stride, logits, deltas in levels
    ]


def anchors_of(rows: int, columns: int, stride: int) -> Tensor:
    """`(h·w·A, 4)` centre x, y, width, height in input pixels; cells row by row, in each of them sizes slowest."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    centres = (torch.stack([x, y], 2).reshape(-1, 1, 2) + 0.5) * stride
    sides = torch.tensor([[size / ratio**0.5, size * ratio**0.5] for size in SIZES for ratio in RATIOS]).double()
    return torch.cat([centres.expand(-1, len(sides), 2), stride * sides.expand(len(centres), -1, 2)], 2).reshape(-1, 4)


def decode(deltas: Tensor, anchors: Tensor) -> Tensor:
    """Deltas are dy, dx, dh, dw times the weights; boxes x1 y1 x2 y2 in input pixels, not clipped."""
    dy, dx, dh, dw = (deltas / torch.tensor(WEIGHTS)).unbind(1)
    x, y, width, height = anchors.unbind(1)
    x, y = x + dx * width, y + dy * height
    half_width, half_height = width * dw.exp() / 2, height * dh.exp() / 2
    return torch.stack([x - half_width, y - half_height, x + half_width, y + half_height], 1)


def golden_of(graph: bytes, picture: np.ndarray) -> dict:
    height, width = picture.shape[:2]
    detections = detections_of(levels_of(graph, prepare(picture)), **SETTINGS)
    boxes = detections["boxes"] * torch.tensor([width / WIDTH, height / HEIGHT] * 2).double()
    return {
        "picture": f"{width}x{height}.png",
        "framework": f"onnxruntime {onnxruntime.__version__} and torch {torch.__version__[:6]}",
        "resized": [HEIGHT, WIDTH],
        "padded": [HEIGHT, WIDTH],
        "detections": rows_of(
            {**detections, "boxes": boxes.clamp(min=0).minimum(torch.tensor([width, height] * 2).double())}
        ),
    }


def doubts(graph: bytes, picture: np.ndarray) -> Iterator[str]:
    yield from doubts_of(levels_of(graph, prepare(picture)), **SETTINGS)


def report(graph: bytes, picture: np.ndarray) -> str:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    return report_of(name, levels_of(graph, prepare(picture)), (WIDTH, HEIGHT), **SETTINGS)


# What the manifest says.


def manifest_of(graph: bytes) -> dict:
    return {
        "manifest": 1,
        "id": FAMILY,
        "title": "A small random network in mixed precision, two pictures per run",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float16",
            "name": "images",
            "layout": "nhwc",
            "batch": 2,
            "colour": "bgr",
            "divisor": 1,
            "mean": MEAN,
            "std": STD,
        },
        "resize": {"kind": "stretch", "width": WIDTH, "height": HEIGHT},
        "resample": {"kind": "bilinear", "antialias": False, "factor": "per-side", "rounding": "none"},
        "pad": {"kind": "none", "value": 0},
        "outputs": {"kind": "levels", "layout": "nhwc", "scores": HEADS["logits"], "deltas": HEADS["deltas"]},
        "anchors": {
            "kind": "sizes",
            "levels": [{"stride": stride, "sizes": SIZES} for stride in STRIDES],
            "unit": "strides",
            "ratios": RATIOS,
            "order": "size-ratio",
            "rounding": "none",
            "centre": 0.5,
            "strides": "nominal",
            "extent": "edges",
        },
        "boxes": {"kind": "centre-size", "order": "yx", "weights": WEIGHTS, "extent": "edges", "clamp": None},
        "postprocess": {
            "activation": "sigmoid",
            "background": None,
            "candidates": {"perLevel": SETTINGS["per_level"], "total": None},
            "clip": "none",
            "nms": {"iou": SETTINGS["iou"], "perClass": True},
            "empty": "keep",
            "score": SETTINGS["score"],
            "scoreTest": "greater",
            "limit": SETTINGS["limit"],
        },
    }


TWINS = [
    {"claim": claim, "property": path, "value": value}
    for claim, path, value in (
        ("colours in the order of RGB", "input.colour", "rgb"),
        ("anchor sizes in pixels", "anchors.unit", "pixels"),
        ("ratios varying slowest", "anchors.order", "ratio-size"),
        ("deltas in the order of x, y", "boxes.order", "xy"),
        ("deltas without weights", "boxes.weights", [1, 1, 1, 1]),
        ("all candidates in NMS", "postprocess.candidates.perLevel", None),
    )
]


if __name__ == "__main__":
    main()
