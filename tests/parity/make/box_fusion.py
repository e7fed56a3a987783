"""Writes tests/parity/box_fusion/*.json with the package ensemble-boxes.

    pip install numpy && pip install --no-deps ensemble-boxes==1.0.9
    python tests/parity/make/box_fusion.py

Source: Solovyev et al., "Weighted boxes fusion: Ensembling boxes from different object detection
models", 2021; ensemble_boxes_wbf.py, function weighted_boxes_fusion. The boxes are fractions of the
image. The score of a fused box is the best score of its cluster.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np

# The package imports numba for its NMS. The module of the fusion does not need it.
PACKAGE = Path(importlib.util.find_spec("ensemble_boxes").submodule_search_locations[0])
SPEC = importlib.util.spec_from_file_location("wbf", PACKAGE / "ensemble_boxes_wbf.py")
wbf = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(wbf)

FOLDER = Path(__file__).resolve().parents[1] / "box_fusion"


def views_of(random: np.random.RandomState, objects: int, views: int, noise: float) -> list:
    """Boxes of the same objects in each view, moved and scaled a little; views miss objects."""
    truth = [
        (*random.uniform(0, 0.7, 2), *random.uniform(0.05, 0.25, 2), random.randint(2)) for _ in range(objects)
    ]
    found = []
    for _ in range(views):
        rows = []
        for x, y, width, height, label in truth:
            if random.uniform() < 0.25:
                continue
            dx, dy, dw, dh = random.normal(0, noise, 4)
            left, top = max(0, x + dx * width), max(0, y + dy * height)
            right, bottom = left + width * np.exp(dw), top + height * np.exp(dh)
            rows.append([left, top, min(1, right), min(1, bottom), random.uniform(0.05, 1), label])
        found.append(rows)
    return found


def write(name: str, threshold: float, objects: int, views: int, noise: float, seed: int) -> None:
    found = views_of(np.random.RandomState(seed), objects, views, noise)
    boxes, scores, labels = wbf.weighted_boxes_fusion(
        [[row[:4] for row in rows] for rows in found],
        [[row[4] for row in rows] for rows in found],
        [[row[5] for row in rows] for rows in found],
        iou_thr=threshold,
        conf_type="max",
    )
    rows = sorted((row for rows in found for row in rows), key=lambda row: -row[4])
    golden = {
        "threshold": threshold,
        "boxes": [row[:4] for row in rows],
        "scores": [row[4] for row in rows],
        "labels": [int(row[5]) for row in rows],
        "fused": [[*box, score, label] for box, score, label in zip(boxes.tolist(), scores.tolist(), labels.tolist())],
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(golden, default=float) + "\n")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write("few", threshold=0.55, objects=6, views=4, noise=0.08, seed=1)
    write("crowded", threshold=0.5, objects=14, views=6, noise=0.15, seed=2)
    write("loose", threshold=0.3, objects=10, views=8, noise=0.25, seed=3)
