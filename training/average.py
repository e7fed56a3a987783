"""Averages the weights of checkpoints, and of graphs of `export.py`, that one of them or the same start led to.

The mean of such weights is often more accurate than each ("Model soups", 2022), and runs like one network.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

from manifest import existing
from starts import read_weights


def main() -> None:
    options = read_options()
    state = torch.load(options.checkpoint)
    others = [weights_of(file, state) for file in options.others]
    parts = [state["average"], *others]
    average = {name: torch.stack([part[name] for part in parts]).mean(0) for name in state["average"]}
    torch.save({name: state[name] for name in ("labels", "side", "epochs")} | {"average": average}, options.out)
    print(f"{options.out}: the mean of {len(parts)}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=existing, help="checkpoint (.pt), of which the result also has labels and side")
    parser.add_argument("others", type=existing, nargs="+", help="checkpoints (.pt) or graphs (.onnx) of the same labels")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint (.pt) for export.py, or for --start")
    return parser.parse_args()


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
