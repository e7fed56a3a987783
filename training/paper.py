"""Exports the paper's networks, ResNet-50-FPN and ResNet-101-FPN with four convolutions of 256 in each subnet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from graph import DELTAS, LEVEL_OUTPUTS, SCORES, compare, export, folded
from manifest import (
    add_options, existing, per_level, positive, read_labels, shortest, tell_how_to_serve, trained_anchors,
    write_manifest,
)  # fmt: skip
from network import RetinaNet
from resnet import BLOCKS, ResNet

CHANNELS, SUBNET_DEPTH = 256, 4
ANCHOR_IN_STRIDES = 4  # 32 px on P3 ... 512 px on P7


def main(arguments: list[str] | None = None) -> Path:
    options = read_options(arguments)
    state = torch.load(options.checkpoint) if options.checkpoint else {}
    labels = labels_of(options, state)
    torch.manual_seed(0)
    model = build(options.depth, len(labels))
    if options.checkpoint:
        load(model, state.get("average", state))
    else:
        print("no --checkpoint: the weights are random", file=sys.stderr)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} million parameters")
    graph = options.out / f"{options.id}.onnx"
    export(folded(model), graph, torch.zeros(1, 3, 256, 320), "image", LEVEL_OUTPUTS)
    print(f"largest difference to PyTorch: {compare(model, graph, torch.randn(1, 3, 224, 352)):.2g}")
    title = f"RetinaNet, ResNet-{options.depth} FPN, {options.shortest} px"
    manifest = write_manifest(
        graph,
        title=title if options.checkpoint else f"{title}, random weights",
        licence=options.licence or ("not stated" if options.checkpoint else "Apache-2.0"),
        labels=labels,
        image="image",
        resize=shortest(options, rounding="half-up"),
        antialias=True,
        outputs=per_level(SCORES, DELTAS),
        anchors=trained_anchors(ANCHOR_IN_STRIDES),
        score=0.05,
        limit=100,
    )
    tell_how_to_serve(manifest)
    return manifest


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, choices=tuple(BLOCKS), required=True)
    classes = parser.add_mutually_exclusive_group()
    classes.add_argument("--classes", type=positive, metavar="N")
    classes.add_argument("--labels", type=existing, help="one label per line; else a checkpoint's own, or numbers")
    parser.add_argument("--checkpoint", type=existing, help="of train.py's kind, or a state dict (else random)")
    add_options(parser)
    return parser.parse_args(arguments)


def labels_of(options: argparse.Namespace, state: dict) -> list[str | None]:
    if options.labels:
        return read_labels(options.labels)
    if options.classes:
        return [f"class {n}" for n in range(options.classes)]
    if "labels" in state:
        return state["labels"]
    sys.exit("give --classes N or --labels FILE")


def build(depth: int, classes: int) -> RetinaNet:
    return RetinaNet(classes, channels=CHANNELS, depth=SUBNET_DEPTH, backbone=ResNet(depth))


def load(model: RetinaNet, state: dict) -> None:
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        sys.exit(f"the checkpoint is not of this network: {error}")


if __name__ == "__main__":
    main()
