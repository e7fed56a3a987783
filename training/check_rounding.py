"""Checks that a network of `rounding.py` answers like the int8 graph that `quantise.py` makes of the same weights.

    check_rounding.py GRAPH PHOTO...

GRAPH is a model that `export.py` wrote. The mean difference of the logits must be at most two thirds of that between
the int8 graph and the network without rounding.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image
from torch import Tensor

from evaluate import SIDE
from graph import SCORES
from manifest import existing
from quantise import quantise
from rounding import rounded, unrounded
from separable import MEAN, STD, SeparableRetinaNet
from starts import load_start, read_weights

SHARE = 2 / 3


def main() -> None:
    options = read_options()
    _, labels = read_weights(options.graph)
    plain = SeparableRetinaNet(len(labels))
    load_start(plain, options.graph, labels, None)
    images = [image_of(photo) for photo in options.photos]
    model = rounded(copy.deepcopy(plain)).train()
    with torch.no_grad():
        model(torch.cat(images))
        found, without = (logits_of(each.eval(), images) for each in (model, plain))
    back, weights = unrounded(model.state_dict()), plain.state_dict()
    if back.keys() != weights.keys() or not all(back[name].equal(weights[name]) for name in weights):
        sys.exit("unrounded() returns other weights than those that rounded() was given")
    expected = int8_logits(plain, images)
    mine, theirs = (float((each - expected).abs().mean()) for each in (found, without))
    print(f"mean difference to the int8 graph: rounded {mine:.4f}, not rounded {theirs:.4f}")
    if not mine <= SHARE * theirs:
        sys.exit("the rounded network differs from the int8 graph")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=existing, help="ONNX file, beside its manifest")
    parser.add_argument("photos", type=existing, nargs="+")
    return parser.parse_args()


def image_of(photo: Path) -> Tensor:
    pixels = torch.from_numpy(np.asarray(Image.open(photo).convert("RGB").resize((SIDE, SIDE))).copy())
    scaled = pixels.permute(2, 0, 1).float() / 255
    return ((scaled - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None])[None]


def logits_of(model: SeparableRetinaNet, images: list[Tensor]) -> Tensor:
    return torch.cat([level.flatten() for image in images for level in model(image)[0]])


def int8_logits(network: SeparableRetinaNet, images: list[Tensor]) -> Tensor:
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "int8.onnx"
        quantise(network.eval(), graph, Fed(images))
        session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    outputs = [session.run(SCORES, {"image": image.numpy()}) for image in images]
    return torch.cat([torch.from_numpy(level).flatten() for levels in outputs for level in levels])


class Fed:
    """Images for the calibration of onnxruntime, one at a time."""

    def __init__(self, images: list[Tensor]):
        self.feeds = iter([{"image": image.numpy()} for image in images])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.feeds, None)


if __name__ == "__main__":
    main()
