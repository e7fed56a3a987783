"""Weights of `fpnlite-coco`, a COCO detector in int8, as a start for `separable.py`.

Its graph runs each convolution on quantised numbers, batch norm multiplied in; the weights are read back as float. Its
own subnets differ from level to level, so the shared ones start from those of P4, the middle one of the busy levels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from anchors import RATIOS, cell_anchors
from separable import Conv, SeparableRetinaNet

CLASSES, ANCHORS = 81, 5  # class 0 is the background
# Positions of the convolutions in the graph. Those before `TOP` are the backbone's, in our order.
TOP, LATERAL, P6, P7 = 51, (100, 85, 52), (53, 54), (55, 56)
SMOOTH = ((101, 102), (86, 87), (86, 87))  # P5 is not smoothed there: it starts as P4
P4_LAYERS = ((88, 89), (90, 91), (92, 93), (94, 95))
P4_BOXES, P4_CLASSES = (96, 97), (98, 99)
P4_STRIDE = 16
# Anchors of P4, in pixels: width and height. Our anchors take the weights of the one whose ratio is theirs.
P4_ANCHORS = ((78.5, 78.5), (109.5, 53.7), (53.7, 109.5), (45.5, 134.3), (90.9, 90.9))
BY_RATIO = {0.5: (1, 1, 1), 1.0: (0, 4, 4), 2.0: (2, 2, 2)}  # per ratio (height / width), for the three sizes
Weights = tuple[Tensor, Tensor]


def load(model: SeparableRetinaNet, file: Path, labels: list[str], coco: list[str]) -> list[str]:
    """Starts the network from this file; returns the labels that COCO does not have, which start from nothing."""
    convs = read(file)
    load_features(model, convs)
    for ours, theirs in zip(subnet_layers(model), P4_LAYERS):
        for layer in ours:
            put_all(layer, convs, theirs)
    put(model.class_subnet[-1][0], convs[P4_CLASSES[0]])
    put(model.box_subnet[-1][0], convs[P4_BOXES[0]])
    put(model.box_subnet[-1][1], box_weights(convs[P4_BOXES[1]]))
    last, unknown = model.class_subnet[-1][1], [label for label in labels if label not in coco]
    known = {labels.index(label): coco.index(label) + 1 for label in labels if label in coco}
    take_classes(last, convs[P4_CLASSES[1]], len(labels), known)
    return unknown


def read(file: Path) -> list[Weights]:
    """Weight and bias of every convolution, in the order of the graph."""
    graph = onnx.load(str(file)).graph
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    sources = {node.output[0]: node for node in graph.node if node.op_type == "DequantizeLinear"}
    convs = [node for node in graph.node if node.op_type == "Conv"]
    return [tuple(dequantised(sources[name], arrays) for name in node.input[1:3]) for node in convs]


def dequantised(node: onnx.NodeProto, arrays: dict[str, np.ndarray]) -> Tensor:
    """(q - zero) * scale, along the axis of the node where the scale is one per channel."""
    values, scale, *zero = (arrays[name] for name in node.input)
    axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
    shape = [-1 if n == axis else 1 for n in range(values.ndim)] if scale.size > 1 else [1] * values.ndim
    offset = zero[0].astype(np.int64).reshape(shape) if zero else 0
    return torch.from_numpy(((values.astype(np.int64) - offset) * scale.reshape(shape)).astype(np.float32))


def load_features(model: SeparableRetinaNet, convs: list[Weights]) -> None:
    """Backbone and pyramid."""
    backbone = [each for each in model.backbone.modules() if isinstance(each, Conv)]
    for conv, weights in zip(backbone, convs[: TOP + 1], strict=True):
        put(conv, weights)
    for conv, position in zip(model.pyramid.lateral, LATERAL):
        put(conv, convs[position])
    for layer, positions in zip((*model.pyramid.smooth, model.pyramid.p6, model.pyramid.p7), (*SMOOTH, P6, P7)):
        put_all(layer, convs, positions)


def subnet_layers(model: SeparableRetinaNet) -> list[list[nn.Sequential]]:
    """Layer by layer: the shared one, or that of each subnet."""
    own = [list(pair) for pair in zip(model.class_subnet[:-1], model.box_subnet[:-1])]
    return [*([layer] for layer in model.shared), *own]


def put_all(layer: nn.Sequential, convs: list[Weights], positions: tuple[int, int]) -> None:
    for conv, position in zip(layer, positions, strict=True):
        put(conv, convs[position])


def put(conv: Conv, weights: Weights) -> None:
    with torch.no_grad():
        for ours, theirs in zip((conv.weight, conv.bias), weights):
            if ours.shape != theirs.shape:
                raise ValueError(f"a convolution has the shape {tuple(ours.shape)}, the file {tuple(theirs.shape)}")
            ours.copy_(theirs)


def take_classes(last: Conv, weights: Weights, classes: int, known: dict[int, int]) -> None:
    """Logit of a class minus that of the background: of these two alone, its softmax is our sigmoid."""
    ours = [part.detach().unflatten(0, (-1, classes)) for part in (last.weight, last.bias)]
    theirs = [part.unflatten(0, (ANCHORS, CLASSES)) for part in weights]
    chosen = [index for ratio in RATIOS for index in BY_RATIO[ratio]]
    for label, column in known.items():
        for mine, other in zip(ours, theirs):
            mine[:, label] = (other[:, column] - other[:, 0])[chosen]


def box_weights(weights: Weights) -> Weights:
    """Shifts of the corners as shifts of centre and size: exact for the centre, to first order for the size.

    Our anchor is smaller than theirs: the logarithm of the quotient goes into the bias, and the centre is rescaled.
    """
    weight, bias = (part.unflatten(0, (ANCHORS, 4)) for part in weights)
    chosen = [index for ratio in RATIOS for index in BY_RATIO[ratio]]
    anchors = cell_anchors(P4_STRIDE)
    quotient = torch.tensor(P4_ANCHORS)[chosen] / (anchors[:, 2:] - anchors[:, :2])  # (9, 2)
    rows, shifts = [], []
    for index, scale in zip(chosen, quotient):
        for part, found, log in ((weight, rows, 0), (bias, shifts, scale.log())):
            low, high = part[index, :2], part[index, 2:]
            factor = scale.reshape(2, *[1] * (low.ndim - 1))
            found += [(low + high) / 2 * factor, high - low + log]
    return torch.cat(rows), torch.cat(shifts)
