"""Exports a checkpoint to ONNX and writes its manifest. See README.md for the command."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from anchors import SIZE_IN_STRIDES
from graph import DELTAS, LEVEL_OUTPUTS, SCORES, compare, export, folded
from manifest import model_id, per_level, trained_anchors, write_manifest
from network import RetinaNet

SIDE = 320


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--id", type=model_id, default="everyday8")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "models", help="folder for ID.onnx and ID.json")
    options = parser.parse_args()
    state = torch.load(options.checkpoint)
    model = RetinaNet(classes=len(state["labels"]))
    model.load_state_dict(state["average"])
    graph = options.out / f"{options.id}.onnx"
    export(folded(model), graph, torch.zeros(1, 3, SIDE, SIDE), "image", LEVEL_OUTPUTS)
    print(f"largest difference to PyTorch: {compare(model, graph, torch.randn(1, 3, 224, SIDE)):.2g}")
    write_manifest(
        graph,
        title="RetinaNet, MobileNetV2 FPN, 320 px, eight everyday classes",
        licence="Apache-2.0",
        labels=state["labels"],
        image="image",
        resize={"kind": "fit", "width": SIDE, "height": SIDE, "rounding": "half-up", "factor": "per-side"},
        antialias=True,
        outputs=per_level(SCORES, DELTAS),
        anchors=trained_anchors(SIZE_IN_STRIDES),
        score=0.3,
        limit=100,
    )


if __name__ == "__main__":
    main()
