"""Averages the weights of checkpoints, and of graphs of `export.py`, that one of them or the same start led to.

The mean of such weights is often more accurate than each ("Model soups", 2022), and runs like one network. `--backbone`
takes a share of the backbone back to that of a start, which knows more photos ("Robust fine-tuning of zero-shot
models", 2021).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

from manifest import existing
from separable import SeparableRetinaNet
from starts import load_start, read_weights


def main() -> None:
    options = read_options()
    state = torch.load(options.checkpoint)
    others = [weights_of(file, state) for file in options.others]
    parts = [state["average"], *others]
    average = {name: torch.stack([part[name] for part in parts]).mean(0) for name in state["average"]}
    if options.backbone:
        take_back(average, options.backbone, state["labels"], options.share)
    torch.save({name: state[name] for name in ("labels", "side", "epochs")} | {"average": average}, options.out)
    print(f"{options.out}: the mean of {len(parts)}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=existing, help="checkpoint (.pt), of which the result also has labels and side")
    parser.add_argument("others", type=existing, nargs="*", help="checkpoints (.pt) or graphs (.onnx) of the same labels")
    parser.add_argument("--backbone", type=existing, help="start (.onnx or .pt, as of train.py) whose backbone is mixed in")
    parser.add_argument("--share", type=share, default=0.5, help="of that backbone, 0 to 1 (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint (.pt) for export.py, or for --start")
    return parser.parse_args()


def share(text: str) -> float:
    if not 0 <= float(text) <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return float(text)


def take_back(weights: dict[str, Tensor], start: Path, labels: list[str], way: float) -> None:
    """Moves the weights of the backbone by this share of the way to those of the start, in place."""
    model = SeparableRetinaNet(len(labels))
    load_start(model, start, labels, None)
    for name, other in model.backbone.state_dict(prefix="backbone.").items():
        weights[name] = torch.lerp(weights[name], other, way)


def weights_of(file: Path, first: dict) -> dict[str, Tensor]:
    """Returns the weights of a file, which must be of the network and the labels of the first."""
    weights, labels = read_weights(file)
    if labels != first["labels"]:
        sys.exit(f"Cannot average {file}: its labels are {labels}, those of the first file {first['labels']}")
    for name, own in first["average"].items():
        if name not in weights or weights[name].shape != own.shape:
            sys.exit(f"Cannot average {file}: it has no weights {name} of {tuple(own.shape)}")
    return weights


if __name__ == "__main__":
    main()
