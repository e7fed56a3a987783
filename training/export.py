"""Exports a checkpoint: ID.onnx, its manifest ID.json with a chosen score threshold, and its card ID.card.md.

AP and thresholds are those of the held-out tenth of the training photos, which `train.py` does not train on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from anchors import SIZE_IN_STRIDES
from card import write_card
from data import Photos
from evaluate import Choice, average_precision, choose, detect
from graph import DELTAS, LEVEL_OUTPUTS, SCORES, compare, export, simplify
from manifest import existing, model_id, per_level, tell_how_to_serve, trained_anchors, write_manifest
from separable import MEAN, STD, SeparableRetinaNet

LIMIT = 100


def main() -> None:
    options = read_options()
    state = torch.load(options.checkpoint)
    side = state["side"]
    model = SeparableRetinaNet(classes=len(state["labels"]))
    model.load_state_dict(state["average"])
    model.eval()
    graph = options.out / f"{options.id}.onnx"
    export(model, graph, torch.zeros(1, 3, side, side), "image", LEVEL_OUTPUTS)
    simplify(graph)
    print(f"largest difference to PyTorch: {compare(model, graph, torch.randn(1, 3, 224, side)):.2g}")
    photos = Photos(options.data, "held-out", MEAN, STD)
    detections = detect(model, photos, side)
    metrics, choice = average_precision(photos, detections), choose(photos, detections)
    manifest = write_manifest(
        graph,
        title=options.title or f"RetinaNet, separable MobileNetV2 FPN, {side} px",
        licence=options.licence or "not stated",
        labels=state["labels"],
        image="image",
        resize={"kind": "fit", "width": side, "height": side, "rounding": "half-up", "factor": "per-side"},
        antialias=True,
        outputs=per_level(SCORES, DELTAS),
        anchors=trained_anchors(SIZE_IN_STRIDES),
        score=choice.all["threshold"],
        limit=LIMIT,
        metrics={name: round(max(metrics[name], 0), 3) for name in ("AP", "AP50")},
        mean=MEAN,
        std=STD,
    )
    write_card(graph.with_suffix(".card.md"), state, photos, metrics, choice, options.licence)
    tell(choice)
    tell_how_to_serve(manifest)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=existing)
    parser.add_argument("--data", type=Path, required=True, help="folder that the checkpoint was trained on")
    parser.add_argument("--id", type=model_id, required=True, help="name of the model and of its files")
    parser.add_argument("--out", type=Path, required=True, help="folder for ID.onnx, ID.json and ID.card.md")
    parser.add_argument("--title", help="(the network and its input size)")
    parser.add_argument("--licence", help="of the weights, if there is one to state")
    return parser.parse_args()


def tell(choice: Choice) -> None:
    chosen = choice.all
    print(f"score threshold {chosen['threshold']:.2f}: precision {chosen['precision']:.3f}, recall {chosen['recall']:.3f}")


if __name__ == "__main__":
    main()
