"""Writes the detections of drawn pictures by a detector that others trained: SSD MobileNetV2 FPNLite, COCO, int8.

Run it with torch, torchvision and Pillow (Debian 12: python3-torchvision, python3-pil) and, in a venv beside them,
onnxruntime==1.17.3 on STMicroelectronics' graph (stm32ai-modelzoo, object_detection, Apache-2.0):

    python tests/parity/make/fpnlite_coco.py ssd_mobilenet_v2_fpnlite_10_256_int8.onnx

It writes pictures, detections and twins into tests/parity/goldens/fpnlite-coco/; the manifest is that of models/, and
the graph stays outside. A file that is there already is only compared; --accept rewrites it. A golden that hangs on
float noise or on the order of equal scores is refused: --search N lists the drawing seeds below N that are steady.

The rules are those of ssd_heads.py, with three differences: the scores have been through the softmax, 1,000 candidates
go into NMS, and a picture is stretched without antialias, as by cv2.resize in src/prediction/predict.py `predict`, but
in floats that are rounded to bytes at the end.

The graph is quantised: its scores are multiples of 1/256. Two builds of onnxruntime mostly differ by a rounding of one
byte in some layer, which the rest of the network makes a tenth of a score of. The pictures are among the third on which
onnxruntime 1.17.3 and 1.32.0 (x86-64) and onnxruntime-web 1.30.0 (wasm) give equal outputs, bit by bit.
"""

import argparse
import sys
from typing import Iterator

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from torch import Tensor

from golden import draw, encode_json, encode_png, put, put_settings
from plain_detector import detections_of, doubts_of, report_of, rows_of

FAMILY = "fpnlite-coco"
# (width, height): (shapes, seed).
PICTURES = {(640, 480): (10, 55), (480, 640): (10, 41), (333, 500): (10, 30), (1088, 800): (10, 31)}

SIDE = 256
INPUT = "serving_default_input_1:0"
ANCHORS, DELTAS, SCORES = (f"StatefulPartitionedCall:{i}" for i in range(3))
SETTINGS = {"score": 0.05, "iou": 0.5, "limit": 100, "total": 1000}
LEAST = 10  # fewer detections say too little


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("graph", help="the .onnx file")
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(options.graph, settings, providers=["CPUExecutionProvider"])
    if options.search:
        search(session, options.search)
        return
    verdicts = [put_settings(f"{FAMILY}/twins.json", TWINS, options.accept)]
    for (width, height), (shapes, seed) in PICTURES.items():
        verdicts += write_golden(session, draw(width, height, shapes, seed), options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(session: onnxruntime.InferenceSession, end: int) -> None:
    for (width, height), (shapes, _) in PICTURES.items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            if not any(doubts(session, picture)):
                print(f"seed {seed}:", report(session, picture), flush=True)


def write_golden(session: onnxruntime.InferenceSession, picture: np.ndarray, accept: bool) -> list:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    found = list(doubts(session, picture))
    if found:
        raise RuntimeError(f"Cannot use {name} as it hangs on {', '.join(found)}")
    print(report(session, picture))
    return [
        put(f"{FAMILY}/{name}.png", encode_png(picture), accept),
        put(f"{FAMILY}/{name}.json", encode_json(golden_of(session, picture)), accept),
    ]


def prepare(picture: np.ndarray, dtype: torch.dtype = torch.float64) -> Tensor:
    """Bytes `(1, H, W, 3)`, stretched."""
    pixels = torch.from_numpy(picture).permute(2, 0, 1).to(dtype)
    stretched = F.interpolate(pixels[None], (SIDE, SIDE), mode="bilinear", align_corners=False)
    return (stretched + 0.5).floor().to(torch.uint8).permute(0, 2, 3, 1)


def levels_of(session: onnxruntime.InferenceSession, picture: np.ndarray) -> list:
    """One level: `(R, 4)` boxes in input pixels, clipped, and `(R, K)` scores; the background never passes."""
    outputs = session.run([ANCHORS, DELTAS, SCORES], {INPUT: prepare(picture).numpy()})
    anchors, deltas, scores = (torch.from_numpy(output[0]).double() for output in outputs)
    sides = (anchors[:, 2:] - anchors[:, :2]).repeat(1, 2)
    scores[:, 0] = -1
    return [((anchors + deltas * sides).clamp(0, 1) * SIDE, scores)]


def golden_of(session: onnxruntime.InferenceSession, picture: np.ndarray) -> dict:
    height, width = picture.shape[:2]
    detections = detections_of(levels_of(session, picture), **SETTINGS)
    boxes = detections["boxes"] / SIDE * torch.tensor([width, height] * 2)
    return {
        "picture": f"{width}x{height}.png",
        "framework": f"onnxruntime {onnxruntime.__version__}, by the rules of stm32ai-modelzoo",
        "resized": [SIDE, SIDE],
        "padded": [SIDE, SIDE],
        "detections": rows_of({**detections, "boxes": boxes}),
    }


def doubts(session: onnxruntime.InferenceSession, picture: np.ndarray) -> Iterator[str]:
    if not torch.equal(prepare(picture), prepare(picture, torch.float32)):
        yield "resampling"
    levels = levels_of(session, picture)
    yield from doubts_of(levels, **SETTINGS)
    detections = detections_of(levels, **SETTINGS)
    if len(detections["scores"]) < LEAST:
        yield f"only {len(detections['scores'])} detections"
    if (detections["boxes"][:, 2:] <= detections["boxes"][:, :2]).any():
        yield "whether a box without area is one"


def report(session: onnxruntime.InferenceSession, picture: np.ndarray) -> str:
    name = f"{picture.shape[1]}x{picture.shape[0]}"
    return report_of(name, levels_of(session, picture), (SIDE, SIDE), **SETTINGS)


TWINS = [
    {"claim": claim, "property": path, "value": value}
    for claim, path, value in (
        ("a second softmax", "postprocess.activation", "softmax"),
        ("the background as a class", "postprocess.background", None),
        ("anchors in pixels", "anchors.space", "input"),
        ("deltas in the order of y, x", "boxes.order", "yx"),
        ("colours in the order of BGR", "input.colour", "bgr"),
        ("antialias", "resample.antialias", True),
    )
]


if __name__ == "__main__":
    main()
