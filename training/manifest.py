"""The manifest beside a graph, and the options of those who write one; `docs/manifest.md` tells what it means."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from pathlib import Path

from anchors import BOX_CLAMP, RATIOS, SCALES, STRIDES
from data import MEAN, STD

PER_LEVEL, NMS_IOU = 1000, 0.5
SIZE = (800, 1333)  # the shorter side, and the most that the longer side may have
NOBODY = {"", "__background__", "N/A"}  # lines of a labels file that stand for an id which is never given


def write_manifest(
    graph: Path, *, title: str, licence: str, labels: list[str | None], image: str, resize: dict, antialias: bool,
    outputs: dict, anchors: dict, score: float, limit: int, metrics: dict[str, float] | None = None,
    mean: tuple = MEAN, std: tuple = STD,
) -> Path:  # fmt: skip
    """States how an export behaves; without `metrics`, those that an evaluation wrote for the same graph stay."""
    file, content = graph.with_suffix(".json"), graph.read_bytes()
    fingerprint = hashlib.sha256(content).hexdigest()
    manifest = {
        "manifest": 1,
        "id": graph.stem,
        "title": title,
        "licence": licence,
        "graph": {"file": graph.name, "sha256": fingerprint, "bytes": len(content)},
        "labels": labels,
        "metrics": measured(file, fingerprint) if metrics is None else metrics,
        "input": {
            "name": image,
            "layout": "nchw",
            "type": "float32",
            "batch": 1,
            "colour": "rgb",
            "divisor": 255,
            "mean": mean,
            "std": std,
        },
        "resize": resize,
        "resample": {"kind": "bilinear", "antialias": antialias, "factor": "per-side", "rounding": "none"},
        "pad": {"kind": "multiple", "of": 32, "value": 0},
        "outputs": outputs,
        "anchors": anchors,
        "boxes": {
            "kind": "centre-size",
            "order": "xy",
            "weights": [1, 1, 1, 1],
            "extent": "edges",
            "clamp": BOX_CLAMP,
        },
        "postprocess": {
            "activation": "sigmoid",
            "background": None,
            "score": score,
            "scoreTest": "greater",
            "candidates": {"perLevel": PER_LEVEL, "total": None},
            "clip": "picture",
            "nms": {"iou": NMS_IOU, "perClass": True},
            "empty": "keep",
            "limit": limit,
        },
    }
    file.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return file


def measured(file: Path, fingerprint: str) -> dict[str, float]:
    """The metrics that stand in a manifest, if they are this graph's."""
    old = json.loads(file.read_text()) if file.exists() else {}
    return old["metrics"] if old.get("graph", {}).get("sha256") == fingerprint else {}


def per_level(scores: list[str], deltas: list[str]) -> dict:
    return {"kind": "levels", "layout": "nchw", "scores": scores, "deltas": deltas}


def trained_anchors(size_in_strides: int) -> dict:
    """Those of `anchors.py`."""
    sizes = [[size_in_strides * stride * scale for scale in SCALES] for stride in STRIDES]
    return sized_anchors(sizes, RATIOS, rounding="none", centre=0.5, strides="nominal")


def sized_anchors(sizes: list[list[float]], ratios: list[float], *, rounding: str, centre: float, strides: str) -> dict:
    """Sizes per level, from stride 8 on, in pixels of the input."""
    return {
        "kind": "sizes",
        "levels": [{"stride": stride, "sizes": each} for stride, each in zip(STRIDES, sizes)],
        "unit": "pixels",
        "ratios": ratios,
        "order": "ratio-size",
        "rounding": rounding,
        "centre": centre,
        "strides": strides,
        "extent": "edges",
    }


def shortest(options: argparse.Namespace, rounding: str) -> dict:
    return {
        "kind": "shortest",
        "shortest": options.shortest,
        "longest": options.longest,
        "scale": "float64",
        "rounding": rounding,
        "factor": "per-side",
    }


def add_options(parser: argparse.ArgumentParser) -> None:
    """What everybody may choose who exports a model for pictures of 800 px."""
    parser.add_argument("--id", type=model_id, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for ID.onnx and ID.json")
    parser.add_argument("--shortest", type=positive, default=SIZE[0], help="pixels of the shorter side (%(default)s)")
    parser.add_argument("--longest", type=positive, default=SIZE[1], help="most of the longer side (%(default)s)")
    parser.add_argument("--licence", help="of the weights, if there is one to state")


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("must be a whole number of at least 1")
    return int(text)


def existing(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def model_id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", text):
        raise argparse.ArgumentTypeError("must be of lower case letters, digits, '.', '_' and '-'")
    return text


def read_labels(file: Path) -> list[str | None]:
    """One label per line, by class id."""
    return [None if line.strip() in NOBODY else line.strip() for line in file.read_text().splitlines()]


def tell_how_to_serve(manifest: Path) -> None:
    print(f"MODEL={manifest.resolve()} deno task start")
