"""Card of a model: what it is, what it was trained on, and how good it is."""

from __future__ import annotations

from pathlib import Path

from data import Photos
from evaluate import MATCH_IOU, PRECISION, Choice

TEMPLATE = """# {id}

A RetinaNet that detects: {labels}.

- **Network**: RetinaNet, MobileNetV2 1.0, depthwise-separable feature pyramid P3–P7 and subnets
- **Input**: RGB; the image is fitted into {side}x{side} and padded to multiples of 32
- **Training**: {epochs} epochs on {trained} photos
- **Licence**: {licence}

## Metrics

Measured on {held} photos with {objects} objects, which were held out of the training: AP {AP:.3f},
AP50 {AP50:.3f}.

The default score threshold is {threshold:.2f}: {meaning} at an IoU of {iou}.

Thresholds of single classes, each the lowest with a precision of {wanted}:

| class | objects | AP | threshold | precision | recall |
| ----- | ------- | -- | --------- | --------- | ------ |
{rows}
"""


def write_card(
    file: Path, state: dict, photos: Photos, metrics: dict[str, float], choice: Choice, licence: str | None
) -> None:
    """Writes the card of a checkpoint beside its graph."""
    meaning = f"precision {choice.all['precision']:.3f}, recall {choice.all['recall']:.3f}"
    if choice.all["precision"] < PRECISION:
        meaning += f" (no threshold reaches a precision of {PRECISION})"
    file.write_text(
        TEMPLATE.format(
            id=file.name.removesuffix(".card.md"), labels=", ".join(photos.labels), side=state["side"], epochs=state["epochs"],
            trained=len(photos.truth["images"]) - len(photos), licence=licence or "not stated", held=len(photos),
            objects=sum(choice.objects), AP=metrics["AP"], AP50=metrics["AP50"], threshold=choice.all["threshold"],
            meaning=meaning, iou=MATCH_IOU, wanted=PRECISION, rows="\n".join(rows(photos, metrics, choice)),
        )
    )  # fmt: skip


def rows(photos: Photos, metrics: dict[str, float], choice: Choice) -> list[str]:
    """One row per class; a class without objects, or without such a threshold, has dashes."""
    lines = []
    for label, objects, chosen in zip(photos.labels, choice.objects, choice.per_class):
        names = ("threshold", "precision", "recall") if chosen["precision"] >= PRECISION else ()
        cells = [f"{chosen[name]:.2f}" for name in names] or ["–"] * 3
        lines.append(" | ".join((f"| {label}", str(objects), f"{metrics[label]:.3f}" if objects else "–", *cells)) + " |")
    return lines
