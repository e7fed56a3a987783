"""Quantises a graph to int8 for the native engine: ID-int8.onnx, listed as a variant in the manifest ID.json.

Static quantisation with quantise and dequantise nodes: uint8 activations, weights of 7 bits, a scale per output
channel. The ranges of the activations come from training photos. The backbone and the last convolution of each head
stay in float32, because int8 costs them most of the AP that is lost. With weights of 8 bits, processors without VNNI
saturate sums (onnxruntime's guide to quantisation, "U8S8"). The AP of both graphs on the held-out tenth is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor

from data import Photos
from evaluate import MULTIPLE, average_precision, detect
from manifest import existing

CALIBRATION = 200  # photos; more change the ranges little
MOST_LOST = 0.01  # of AP, against the float graph


class Calibration(CalibrationDataReader):
    """Photos as the detector sees them, one at a time."""

    def __init__(self, photos: Photos, count: int, manifest: dict, seed: int = 0):
        chosen = random.Random(seed).sample(range(len(photos)), min(count, len(photos)))
        name, side = manifest["input"]["name"], manifest["resize"]["width"]
        self.feeds = ({name: photos.served(index, side, MULTIPLE)[0][None].numpy()} for index in chosen)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.feeds, None)


class Graph:
    """An ONNX graph that `evaluate.detect` can run like a network."""

    def __init__(self, file: Path, classes: int, outputs: dict):
        self.session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self.classes, self.outputs = classes, outputs

    def __call__(self, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        name = self.session.get_inputs()[0].name
        return tuple(
            [torch.from_numpy(each) for each in self.session.run(names, {name: image.contiguous().numpy()})]
            for names in (self.outputs["scores"], self.outputs["deltas"])
        )

    def eval(self) -> Graph:
        return self


def main() -> None:
    options = read_options()
    manifest = json.loads(options.manifest.read_text())
    graph = options.manifest.with_name(manifest["graph"]["file"])
    target = graph.with_name(f"{graph.stem}-int8.onnx")
    quantise(graph, target, Calibration(photos_of(options.data, "training", manifest), options.photos, manifest))
    held_out = photos_of(options.data, "held-out", manifest)
    found = {file: measured(file, manifest, held_out) for file in (graph, target)}
    for file, metrics in found.items():
        print(f"{file.name}: AP {metrics['AP']:.4f} AP50 {metrics['AP50']:.4f}, {file.stat().st_size} bytes")
    lost = found[graph]["AP"] - found[target]["AP"]
    if lost > MOST_LOST:
        sys.exit(f"int8 loses {lost:.4f} of AP, more than {MOST_LOST}: the manifest stays as it is")
    manifest["variants"] = [variant_of(target, found[target])]
    options.manifest.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def quantise(graph: Path, target: Path, photos: Calibration) -> None:
    """Quantises the pyramid and the heads up to their last convolution."""
    prepared = target.with_suffix(".part")
    quant_pre_process(str(graph), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared), str(target), photos,
        quant_format=QuantFormat.QDQ, per_channel=True, calibrate_method=CalibrationMethod.MinMax,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, reduce_range=True,
        nodes_to_exclude=kept_in_float(onnx.load(prepared).graph),
    )  # fmt: skip
    prepared.unlink()


def kept_in_float(graph: onnx.GraphProto) -> list[str]:
    """Names of the backbone's nodes, and of those that compute an output of the graph."""
    outputs = {each.name for each in graph.output}
    return [node.name for node in graph.node if "/backbone/" in node.name or outputs & set(node.output)]


def photos_of(folder: Path, part: str, manifest: dict) -> Photos:
    return Photos(folder, part, tuple(manifest["input"]["mean"]), tuple(manifest["input"]["std"]))


def measured(file: Path, manifest: dict, photos: Photos) -> dict[str, float]:
    graph = Graph(file, len(manifest["labels"]), manifest["outputs"])
    return average_precision(photos, detect(graph, photos, manifest["resize"]["width"]))


def variant_of(file: Path, metrics: dict[str, float]) -> dict:
    content = file.read_bytes()
    return {
        "file": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "precision": "int8",
        "engines": ["native"],
        "metrics": {name: round(max(metrics[name], 0), 3) for name in ("AP", "AP50")},
    }


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=existing, help="manifest that export.py wrote, with its graph beside it")
    parser.add_argument("--data", type=Path, required=True, help="folder that the model was trained on")
    parser.add_argument("--photos", type=int, default=CALIBRATION, help="training photos for the ranges (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
