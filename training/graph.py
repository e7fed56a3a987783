"""Writes a network as ONNX and compares the file with PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from anchors import STRIDES
from network import ConvBN

TOLERANCE = 1e-3
LEVELS = range(3, 3 + len(STRIDES))
SCORES, DELTAS = [f"logits_p{n}" for n in LEVELS], [f"deltas_p{n}" for n in LEVELS]
LEVEL_OUTPUTS = {name: {2: f"{name}_h", 3: f"{name}_w"} for name in (*SCORES, *DELTAS)}


def folded(model: nn.Module) -> nn.Module:
    """The network with its batch norm multiplied in."""
    for module in model.modules():
        if isinstance(module, ConvBN):
            module.fold()
    return model.eval()


def export(model: nn.Module, graph: Path, image: Tensor, name: str, outputs: dict[str, dict[int, str]]) -> None:
    """Traces the network on an image; `outputs` names them, and those of their sides that depend on it."""
    graph.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model, image, str(graph), opset_version=17, dynamo=False,
        input_names=[name], output_names=list(outputs), dynamic_axes={name: {2: "h", 3: "w"}, **outputs},
    )  # fmt: skip


def simplify(graph: Path) -> None:
    """Computes constants, and moves padding into the convolutions behind it, so that no tensor is copied for it.

    This level of optimisation writes only nodes of the ONNX standard. Engines leave padding where PyTorch puts it.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(graph.with_suffix(".part"))
    onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    model = onnx.load(options.optimized_model_filepath)
    fuse_pads(model.graph)
    for each in [other for other in model.opset_import if other.domain]:
        model.opset_import.remove(each)  # domains that no node uses
    onnx.checker.check_model(model)
    onnx.save(model, str(graph))
    Path(options.optimized_model_filepath).unlink()


def fuse_pads(graph: onnx.GraphProto) -> None:
    """Moves zero padding of height and width into the only convolution behind it."""
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for pad in [node for node in graph.node if node.op_type == "Pad"]:
        users = [node for node in graph.node if pad.output[0] in node.input]
        amounts = arrays[pad.input[1]]  # before and after, on each of the axes n, c, h, w
        if any(amounts[[0, 1, 4, 5]]) or [node.op_type for node in users] != ["Conv"]:
            sys.exit(f"the padding {pad.name} cannot be part of a convolution")
        pads = next(each for each in users[0].attribute if each.name == "pads")
        pads.ints[:] = [int(own + extra) for own, extra in zip(pads.ints, amounts[[2, 3, 6, 7]])]
        users[0].input[0] = pad.input[0]
        graph.node.remove(pad)
    used = {name for node in graph.node for name in node.input}
    for array in [each for each in graph.initializer if each.name not in used]:
        graph.initializer.remove(array)


def compare(model: nn.Module, graph: Path, image: Tensor) -> float:
    """Runs the file and the network on one image; returns the largest difference.

    More than `TOLERANCE` is refused; of outputs that deviate by more than 1, more than this share of the deviation.
    """
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: image.numpy()})
    with torch.no_grad():
        expected = [output.numpy() for output in flat(model(image))]
    shapes = [each.shape for each in found], [each.shape for each in expected]
    if shapes[0] != shapes[1]:
        sys.exit(f"the exported graph puts out {shapes[0]}, PyTorch {shapes[1]}")
    differences = [float(np.abs(a - b).max()) for a, b in zip(found, expected)]
    if not all(difference <= TOLERANCE * max(1, b.std()) for difference, b in zip(differences, expected)):
        sys.exit(f"the exported graph differs from PyTorch by {max(differences):.2g}")
    return max(differences)


def flat(outputs: Tensor | list | tuple) -> list[Tensor]:
    return [outputs] if isinstance(outputs, Tensor) else [each for part in outputs for each in flat(part)]
