"""The weights that a training run starts from: those of a run or a model of this folder, or of `fpnlite-coco`.

Classes are matched by label, so the start may have others than the data.
"""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

import fpnlite
from separable import OWN, SeparableRetinaNet

CLASS_LAYER = f"class_subnet.{OWN}.1."  # its outputs are the logits of the classes


def load_start(model: SeparableRetinaNet, file: Path, labels: list[str], start_labels: Path | None) -> list[str]:
    """Loads a checkpoint (.pt) or a graph (.onnx, beside its manifest); returns the labels that the file does not have.

    The classes of these labels keep the weights of the new network.
    """
    weights, theirs = read_weights(file, start_labels)
    if weights.keys() >= model.state_dict().keys():
        return take(model, weights, labels, theirs)
    return fpnlite.load(model, file, labels, theirs)


def read_weights(file: Path, labels: Path | None = None) -> tuple[dict[str, Tensor], list[str]]:
    """Reads the averaged weights of a checkpoint, or those of a graph, by name; and the labels without the background.

    `export.py` keeps the names of the weights. The labels of a graph are those of a file, or of the manifest beside it.
    """
    if file.suffix == ".pt":
        checkpoint = torch.load(file)
        return checkpoint["average"], checkpoint["labels"]
    arrays = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(file)).graph.initializer}
    weights = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
    if labels:
        return weights, labels.read_text().splitlines()
    stated = json.loads(file.with_suffix(".json").read_text())["labels"]
    return weights, [label for label in stated if label is not None]


def take(model: SeparableRetinaNet, weights: dict[str, Tensor], labels: list[str], theirs: list[str]) -> list[str]:
    """Copies all weights, and those of the classes that both have; returns the other labels."""
    known = {labels.index(label): theirs.index(label) for label in labels if label in theirs}
    state = model.state_dict()
    for name, own in state.items():
        if name.startswith(CLASS_LAYER):
            mine, other = own.unflatten(0, (-1, len(labels))), weights[name].unflatten(0, (-1, len(theirs)))
            mine[:, list(known)] = other[:, list(known.values())]
        else:
            own.copy_(weights[name])
    return [label for label in labels if label not in theirs]
