"""Makes an int8 variant of a model for the native engine: ID-int8.onnx, listed in the manifest ID.json.

Weights have a scale per output channel, results of layers 8 bits; `rounding.py` says which weights have how many bits,
and which stay in float. The weights are trained to return what the float graph returns although they are rounded. The
AP of both graphs on all photos decides: on the held-out tenth alone, most of the difference is chance. (everyday8 lost
.014 on 129 held-out photos, and .001 on the 1,200 of its evaluation set.)
"""

from __future__ import annotations

import argparse
import copy
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
from torch.nn import functional as F

from data import GENTLE, STRONG, Photos
from evaluate import LEAST_SCORE, MULTIPLE, SIDE, average_precision, detect
from graph import LEVEL_OUTPUTS, export, simplify
from manifest import existing, positive
from rounding import kept_in_float, rounded, unrounded
from separable import Conv, SeparableRetinaNet
from train import BATCH, Run, network_of, steps_of

CALIBRATION = 200  # photos; more change the ranges little
WHOLE_RANGE = {"quant_type": QuantType.QInt8, "axis": 0, "symmetric": True, "reduce_range": False}  # of a depthwise weight
MOST_LOST = 0.01  # of AP on all photos, against the float graph
RATE = 1e-4


def main() -> None:
    options = read_options()
    manifest = json.loads(options.manifest.read_text())
    graph = options.manifest.with_name(manifest["graph"]["file"])
    target = graph.with_name(f"{graph.stem}-int8.onnx")
    photos, held_out, every = (photos_of(options.data, part, manifest) for part in ("training", "held-out", "all"))
    calibration = Calibration(photos, options.photos, manifest)
    quantise(trained(graph, photos, manifest["resize"]["width"], options), target, calibration)
    found = {file: measured(file, manifest, every) for file in (graph, target)}
    for file, metrics in found.items():
        print(f"{file.name}: AP {metrics['AP']:.4f} AP50 {metrics['AP50']:.4f}, {file.stat().st_size} bytes")
    lost = found[graph]["AP"] - found[target]["AP"]
    if lost > MOST_LOST:
        sys.exit(f"int8 loses {lost:.4f} of AP, more than {MOST_LOST}: the manifest stays as it is")
    manifest["variants"] = [variant_of(target, measured(target, manifest, held_out))]
    options.manifest.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def trained(graph: Path, photos: Photos, side: int, options: argparse.Namespace) -> SeparableRetinaNet:
    """Trains the weights of a graph to bear rounding; continues from the checkpoint beside it, if there is one."""
    teacher = network_of(graph, photos.labels)
    steps = options.epochs * steps_of(photos, options.batch)
    run = RoundedRun(teacher, steps, options.batch, side, options.bfloat16)
    checkpoint = graph.with_name(f"{graph.stem}-int8.pt")
    for epoch in range(run.resume(checkpoint), options.epochs):
        random.seed(epoch)
        is_last = epoch + 1 == options.epochs
        losses = run.epoch(photos, (side,), GENTLE if is_last else STRONG)
        run.save(checkpoint, epoch + 1, photos.labels)
        print(f"epoch {epoch + 1}: {losses[0]:.4f} {losses[1]:.4f}", flush=True)
    network = SeparableRetinaNet(len(photos.labels))
    network.load_state_dict(unrounded(run.average.state_dict()))
    return network.eval()


class RoundedRun(Run):
    """Trains a network that rounds to answer as it did without."""

    rates = RATE, RATE

    def __init__(self, teacher: SeparableRetinaNet, *settings):
        model = rounded(copy.deepcopy(teacher).requires_grad_(True))
        super().__init__(model, *settings, teachers=[teacher])

    def losses(self, images: Tensor, _) -> tuple[Tensor, Tensor]:
        (expected,) = self.answers(images)
        return answer_losses(self.rows(*self.outputs(self.model, images)), expected)


def answer_losses(found: tuple[Tensor, Tensor], expected: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Returns the differences of scores (divergence) and of deltas (absolute, where a class is found), per detection."""
    scores = expected[0].sigmoid()
    weight = scores.amax(-1, keepdim=True)
    weight = weight * (weight > LEAST_SCORE)
    divisor = weight.sum().clamp(min=1)
    crossed = F.binary_cross_entropy_with_logits(found[0], scores, reduction="none")
    divergence = crossed - F.binary_cross_entropy(scores, scores, reduction="none")
    return divergence.sum() / divisor, ((found[1] - expected[1]).abs() * weight).sum() / divisor


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


def quantise(network: SeparableRetinaNet, target: Path, photos: Calibration) -> None:
    """Writes a network as an int8 graph. The ranges of its results are those of the photos."""
    plain, prepared = target.with_suffix(".plain"), target.with_suffix(".prepared")
    export(network, plain, torch.zeros(1, 3, SIDE, SIDE), "image", LEVEL_OUTPUTS)
    simplify(plain)
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared), str(target), photos,
        quant_format=QuantFormat.QDQ, per_channel=True, calibrate_method=CalibrationMethod.MinMax,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, reduce_range=True,
        nodes_to_exclude=float_nodes(onnx.load(prepared).graph, network),
        extra_options={"TensorQuantOverrides": {name: [WHOLE_RANGE] for name in depthwise_weights(network)}},
    )  # fmt: skip
    plain.unlink()
    prepared.unlink()


def float_nodes(graph: onnx.GraphProto, network: SeparableRetinaNet) -> list[str]:
    weights = set(weight_names(network, kept_in_float(network)))
    return [node.name for node in graph.node if weights & set(node.input)]


def depthwise_weights(network: SeparableRetinaNet) -> list[str]:
    return weight_names(network, [each for each in network.modules() if isinstance(each, Conv) and each.groups > 1])


def weight_names(network: SeparableRetinaNet, layers: list[Conv]) -> list[str]:
    """Returns the names that the weights have in the exported graph."""
    return [f"{name}.weight" for name, module in network.named_modules() if module in layers]


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
    parser.add_argument("--epochs", type=positive, default=4)
    parser.add_argument("--batch", type=positive, default=BATCH)
    parser.add_argument("--photos", type=positive, default=CALIBRATION, help="training photos for the ranges (%(default)s)")
    parser.add_argument("--bfloat16", action="store_true", help="as of train.py")
    return parser.parse_args()


if __name__ == "__main__":
    main()
