"""Exports a checkpoint to ONNX and writes its manifest. See README.md for the command."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from anchors import RATIOS, SCALES, SIZE_IN_STRIDES, STRIDES
from data import MEAN, STD
from network import ConvBN, RetinaNet

SIDE = 320
LEVELS = range(3, 3 + len(STRIDES))
SCORES, DELTAS = [f"logits_p{n}" for n in LEVELS], [f"deltas_p{n}" for n in LEVELS]
TOLERANCE = 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--id", default="everyday8")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent, help="folder for ID.onnx and ID.json")
    options = parser.parse_args()
    state = torch.load(options.checkpoint)
    model = folded_model(state)
    graph = options.out / f"{options.id}.onnx"
    export(model, graph)
    print(f"largest difference to PyTorch: {compare(model, graph):.2g}")
    write_manifest(options.out / f"{options.id}.json", options.id, graph, state["labels"])


def folded_model(state: dict) -> RetinaNet:
    """The averaged weights, batch norm multiplied in."""
    model = RetinaNet(classes=len(state["labels"]))
    model.load_state_dict(state["average"])
    for module in model.modules():
        if isinstance(module, ConvBN):
            module.fold()
    return model.eval()


def export(model: RetinaNet, graph: Path) -> None:
    names = [*SCORES, *DELTAS]
    sides = {name: {2: f"{name}_h", 3: f"{name}_w"} for name in names}
    torch.onnx.export(
        model, torch.zeros(1, 3, SIDE, SIDE), str(graph), opset_version=17, dynamo=False,
        input_names=["image"], output_names=names, dynamic_axes={"image": {2: "h", 3: "w"}, **sides},
    )  # fmt: skip


def compare(model: RetinaNet, graph: Path) -> float:
    """Runs the file on an input that is not square; returns the largest difference to PyTorch."""
    image = torch.randn(1, 3, 224, SIDE)
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    found = session.run([*SCORES, *DELTAS], {"image": image.numpy()})
    with torch.no_grad():
        logits, deltas = model(image)
    difference = max(np.abs(a - b.numpy()).max() for a, b in zip(found, [*logits, *deltas]))
    if difference > TOLERANCE:
        raise SystemExit(f"the exported graph differs from PyTorch by {difference:.2g}")
    return float(difference)


def write_manifest(file: Path, model_id: str, graph: Path, labels: list[str]) -> None:
    """States how the export behaves; keeps the metrics that an evaluation put there."""
    content = graph.read_bytes()
    old = json.loads(file.read_text()) if file.exists() else {}
    manifest = {
        "manifest": 1,
        "id": model_id,
        "title": "RetinaNet, MobileNetV2 FPN, 320 px, eight everyday classes",
        "licence": "Apache-2.0",
        "graph": {
            "file": graph.name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        },
        "labels": labels,
        "metrics": old.get("metrics", {}),
        "input": {
            "name": "image",
            "layout": "nchw",
            "type": "float32",
            "colour": "rgb",
            "divisor": 255,
            "mean": MEAN,
            "std": STD,
        },
        "resize": {"kind": "fit", "width": SIDE, "height": SIDE},
        "resample": {"kind": "bilinear", "antialias": True},
        "pad": {"kind": "multiple", "of": 32, "value": 0},
        "outputs": {"kind": "levels", "layout": "nchw", "scores": SCORES, "deltas": DELTAS},
        "anchors": {
            "levels": [
                {"stride": stride, "sizes": [SIZE_IN_STRIDES * stride * scale for scale in SCALES]}
                for stride in STRIDES
            ],
            "ratios": RATIOS,
            "order": "ratio-size",
            "rounding": "none",
            "centre": 0.5,
            "strides": "nominal",
        },
        "boxes": {"kind": "centre-size", "weights": [1, 1, 1, 1], "clamp": math.log(1000 / 16)},
        "postprocess": {
            "activation": "sigmoid",
            "score": 0.3,
            "candidatesPerLevel": 1000,
            "clip": "before-nms",
            "nms": {"iou": 0.5, "perClass": True},
            "limit": 100,
        },
    }
    file.write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
