"""Writes the detections of drawn pictures by a small random network with the heads of an SSD with a feature pyramid.

Run it with torch, torchvision and Pillow (Debian 12: python3-torchvision, python3-pil) and, in a venv beside them,

    onnx==1.15.0 onnxruntime==1.17.3

    python tests/parity/make/ssd_heads.py

It writes into tests/parity/goldens/ssd/. A file that is there already is only compared; --accept rewrites it. A golden
that float noise could change is refused: --search N lists the drawing seeds below N that are steady.

No framework exports exactly this; it is what SSDs share, and the heads are those of STMicroelectronics' model zoo
(stm32ai-modelzoo, object_detection), but with the softmax left to the user:

    src/models/ssd_mobilenet_v2_fpnlite.py     bytes in, NHWC, RGB; class numbers (1, R, K + 1) whose column 0 is the
                                               background, box deltas and anchors (1, R, 4), the finest level first
    anchor_boxes_utils.py `gen_anchors`        anchors x1 y1 x2 y2 in 0 to 1 of the picture, centred in the cells
    postprocess.py `decode_ssd_predictions`    each corner moves by delta · side of the anchor, then clip to 0 … 1
    postprocess.py `nms_box_filtering`         tf.image.combined_non_max_suppression: score > threshold, NMS per class
                                               drops IoU > threshold, the best 100 of all; no box is too small
    SSD paper (arXiv 1512.02325), section 2.2  softmax over all classes, the background one of them

Two rules are this script's: the best 200 (anchor, class) pairs go into NMS, where the paper's code (ssd_pascal.py,
`nms_param`) takes 400 of each class, and a picture is stretched by Pillow's bilinear filter, which makes whole bytes
after each of its two passes.
"""

import argparse
import hashlib
import io
import sys
from typing import Iterator

import numpy as np
import onnxruntime
import torch
from PIL import Image
from torch import Tensor, nn

from golden import agree, draw, encode_json, encode_png, put, put_settings
from plain_detector import STRIDES, Network, detections_of, doubts_of, report_of, rows_of, set_weights

FAMILY = "ssd"
# (width, height): (shapes, seed). All shrink along one side at least, where antialias shows.
PICTURES = {
    (640, 480): (60, 2), (480, 640): (60, 8), (1088, 800): (30, 3), (333, 500): (30, 4), (301, 97): (20, 7),
}  # fmt: skip

WIDTH, HEIGHT = 256, 192
CLASSES = 7  # and the background among them
SHAPES = [(1, 1), (2, 0.5), (0.5, 2), (3, 1 / 3), (1.5, 1.5)]  # aspects of area 1, as w and h; and one larger size
ANCHOR_SCALE = 4  # strides per side of an anchor
LOGITS = ([5.2, 0.3, -0.3, -0.3, 0.2, 0.2, 0], 1.3)  # mean per class, and spread
DELTAS = 0.15
GAINS = (0.4, 0.8, 1.7, 2.5, 1.5)
CHANNELS = 12

SETTINGS = {"score": 0.05, "iou": 0.5, "limit": 100, "total": 200}
LOGIT_NOISE = 3e-6


class Ssd(nn.Module):
    """Bytes `(1, H, W, 3)` to logits `(1, R, K)`, deltas and anchors `(1, R, 4)`."""

    def __init__(self):
        super().__init__()
        self.network = Network(CHANNELS, len(SHAPES), CLASSES)
        self.register_buffer("anchors", torch.from_numpy(anchors_of(WIDTH, HEIGHT)).float()[None])
        examples = [draw(WIDTH, HEIGHT, shapes=30, seed=seed) for seed in range(4)]
        set_weights(self.network, standardised(torch.from_numpy(np.stack(examples))), LOGITS, DELTAS, GAINS)

    def forward(self, image: Tensor) -> tuple:
        heads = zip(*self.network(standardised(image)))
        logits, deltas = (joined(levels, numbers) for levels, numbers in zip(heads, (CLASSES, 4)))
        return logits, deltas, self.anchors


def joined(levels: tuple, numbers: int) -> Tensor:
    """Heads `(1, A·k, h, w)` to `(1, R, k)`, the finest first."""
    return torch.cat([head.permute(0, 2, 3, 1).reshape(1, -1, numbers) for head in levels], 1)


def standardised(image: Tensor) -> Tensor:
    """What the graph makes of bytes first: `(1, 3, H, W)`."""
    return image.permute(0, 3, 1, 2).float() / 64 - 2


def anchors_of(width: int, height: int) -> np.ndarray:
    """`(R, 4)` x1 y1 x2 y2, in 0 to 1 of the input's sides; cells row by row."""
    levels = []
    for stride in STRIDES:
        columns, rows = -(-width // stride), -(-height // stride)
        y, x = np.mgrid[0:rows, 0:columns] + 0.5
        centres = np.stack([x / columns, y / rows], 2).reshape(-1, 1, 2)
        sides = np.array(SHAPES) ** 0.5
        sides[-1] **= 2
        halves = ANCHOR_SCALE * stride / 2 * sides / [width, height]
        levels.append(np.concatenate([centres - halves, centres + halves], 2).reshape(-1, 4))
    return np.concatenate(levels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = Ssd().eval()
    graph = export(model)
    if options.search:
        search(model, graph, options.search)
        return
    verdicts = [
        put(f"{FAMILY}/model.onnx", graph, options.accept),
        put_settings(f"{FAMILY}/manifest.json", manifest_of(graph), options.accept),
        put_settings(f"{FAMILY}/twins.json", TWINS, options.accept),
    ]
    for (width, height), (shapes, seed) in PICTURES.items():
        verdicts += write_golden(model, graph, draw(width, height, shapes, seed), options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(model: Ssd, graph: bytes, end: int) -> None:
    for (width, height), (shapes, _) in PICTURES.items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            if not any(doubts(model, graph, picture)):
                print(f"seed {seed}:", report(model, picture), flush=True)


def write_golden(model: Ssd, graph: bytes, picture: np.ndarray, accept: bool) -> list:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    found = list(doubts(model, graph, picture))
    if found:
        raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
    print(report(model, picture))
    return [
        put(f"{FAMILY}/{name}.png", encode_png(picture), accept),
        put(f"{FAMILY}/{name}.json", encode_json(golden_of(model, picture)), accept),
    ]


def export(model: Ssd) -> bytes:
    file = io.BytesIO()
    torch.onnx.export(
        model, torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8), file, opset_version=13,
        input_names=["image"], output_names=["class_logits", "box_deltas", "anchors"],
    )  # fmt: skip
    return file.getvalue()


# What comes of a picture.


def prepare(picture: np.ndarray) -> Tensor:
    stretched = Image.fromarray(picture).resize((WIDTH, HEIGHT), Image.BILINEAR)
    return torch.from_numpy(np.array(stretched))[None]


@torch.no_grad()
def levels_of(model: Ssd, image: Tensor) -> list:
    return [decode(*model(image))]


def decode(logits: Tensor, deltas: Tensor, anchors: Tensor) -> tuple:
    """`(R, 4)` boxes in input pixels, clipped, and `(R, K)` scores; the background never passes."""
    sides = (anchors[..., 2:] - anchors[..., :2]).repeat(1, 1, 2)
    boxes = (anchors + deltas * sides).clamp(0, 1) * torch.tensor([WIDTH, HEIGHT] * 2)
    scores = logits.softmax(2)
    scores[..., 0] = -1
    return boxes[0], scores[0]


def golden_of(model: Ssd, picture: np.ndarray) -> dict:
    height, width = picture.shape[:2]
    detections = detections_of(levels_of(model, prepare(picture)), **SETTINGS)
    boxes = detections["boxes"].double() * torch.tensor([width / WIDTH, height / HEIGHT] * 2).double()
    return {
        "picture": f"{width}x{height}.png",
        "framework": f"torch {torch.__version__[:6]}, by the rules of SSD",
        "resized": [HEIGHT, WIDTH],
        "padded": [HEIGHT, WIDTH],
        "detections": rows_of({**detections, "boxes": boxes.minimum(torch.tensor([width, height] * 2))}),
    }


def doubts(model: Ssd, graph: bytes, picture: np.ndarray) -> Iterator[str]:
    image = prepare(picture)
    levels = levels_of(model, image)
    yield from doubts_of(levels, LOGIT_NOISE, **SETTINGS)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    outputs = (torch.from_numpy(output) for output in session.run(None, {"image": image.numpy()}))
    if not agree(detections_of(levels, **SETTINGS), detections_of([decode(*outputs)], **SETTINGS)):
        yield "the graph"


def report(model: Ssd, picture: np.ndarray) -> str:
    """Levels are told apart here, though the reference does not."""
    boxes, scores = levels_of(model, prepare(picture))[0]
    counts = [-(-WIDTH // stride) * -(-HEIGHT // stride) * len(SHAPES) for stride in STRIDES]
    levels = list(zip(boxes.split(counts), scores.split(counts)))
    return report_of(f"{picture.shape[1]}x{picture.shape[0]}", levels, (WIDTH, HEIGHT), **SETTINGS)


# What the manifest says.


def manifest_of(graph: bytes) -> dict:
    return {
        "manifest": 1,
        "id": FAMILY,
        "title": "A small random network with the heads of an SSD",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [None, *(f"class {label}" for label in range(1, CLASSES))],
        "input": {"type": "uint8", "name": "image", "layout": "nhwc", "batch": 1, "colour": "rgb"},
        "resize": {"kind": "stretch", "width": WIDTH, "height": HEIGHT},
        "resample": {"kind": "bilinear", "antialias": True, "factor": "per-side", "rounding": "each-pass"},
        "pad": {"kind": "none", "value": 0},
        "outputs": {"kind": "joined", "scores": "class_logits", "deltas": "box_deltas"},
        "anchors": {"kind": "output", "name": "anchors", "corners": "xyxy", "space": "unit"},
        "boxes": {"kind": "corners", "order": "xy", "weights": [1, 1, 1, 1], "extent": "edges"},
        "postprocess": {
            "activation": "softmax",
            "background": 0,
            "candidates": {"perLevel": None, "total": SETTINGS["total"]},
            "clip": "picture",
            "nms": {"iou": SETTINGS["iou"], "perClass": True},
            "empty": "keep",
            "score": SETTINGS["score"],
            "scoreTest": "greater",
            "limit": SETTINGS["limit"],
        },
    }


CENTRE_SIZE = {"kind": "centre-size", "order": "xy", "weights": [1, 1, 1, 1], "extent": "edges", "clamp": None}
TWINS = [
    {"claim": claim, "property": path, "value": value}
    for claim, path, value in (
        ("a sigmoid for each class", "postprocess.activation", "sigmoid"),
        ("the background as a class", "postprocess.background", None),
        ("anchors in the order of y, x", "anchors.corners", "yxyx"),
        ("deltas of centre and size", "boxes", CENTRE_SIZE),
        ("pixels not rounded by the resize", "resample.rounding", "none"),
        ("all candidates in NMS", "postprocess.candidates.total", None),
    )
]


if __name__ == "__main__":
    main()
