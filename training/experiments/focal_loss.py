"""Trains the same small network with each setting of `settings.py`, and measures it on the held-out tenth.

Every finished run is a line of OUT/runs.jsonl. The same command continues after the last finished run.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from anchors import anchors_for
from data import Photos
from evaluate import average_precision, finish
from experiments.distribution import distribution
from experiments.features import GRIDS, FrozenPyramid, features_of, scale_of
from experiments.heads import Heads, statistics_of, taken
from experiments.settings import SETTINGS, Setting
from loss import retinanet_loss
from manifest import existing, positive
from separable import MEAN, STD

BATCH = 8
RATE, WEIGHT_DECAY, CLIP_NORM, WARM_UP_STEPS = 5e-3, 0.05, 5.0, 20  # AdamW, then a cosine to 0
SGD_RATE, SGD_MOMENTUM, SGD_WEIGHT_DECAY = 0.01, 0.9, 1e-4  # section 4.1: no warm-up, no clipping
MEASURE_BATCH = 8
RECORDED_EVERY = 10  # steps whose mean class loss is recorded


def main() -> None:
    options = read_options()
    torch.set_num_threads(options.threads)
    photos, held_out = (Photos(options.data, part, MEAN, STD) for part in ("training", "held-out"))
    pyramid = FrozenPyramid(options.start)
    trained = features_of(photos, pyramid, options.cache / "training.pt")
    measured = features_of(held_out, pyramid, options.cache / "held-out.pt")
    options.out.mkdir(parents=True, exist_ok=True)
    runs = options.out / "runs.jsonl"
    done = {(run["setting"], run["seed"]) for run in read(runs)}
    wanted = [(name, seed) for seed in range(options.seeds) for name in options.only or SETTINGS]
    for name, seed in [each for each in wanted if each not in done]:
        started = time.process_time()
        model, figures = train(SETTINGS[name], trained, len(photos.labels), options.steps, seed)
        figures |= measure(model, SETTINGS[name], measured, held_out)
        if (name, seed) == ("focal", 0):
            (options.out / "distribution.json").write_text(json.dumps(distribution(model, measured)) + "\n")
        seconds = round(time.process_time() - started)
        append(runs, {"setting": name, "seed": seed, "steps": options.steps, **figures, "cpu_seconds": seconds})


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.json (COCO format) and images/train/")
    parser.add_argument("--start", type=existing, help="fpnlite-coco (.onnx), whose backbone and pyramid are used (random weights)")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the features of the pyramid (270 MB)")
    parser.add_argument("--out", type=Path, required=True, help="folder for runs.jsonl and distribution.json")
    parser.add_argument("--steps", type=positive, default=200)
    parser.add_argument("--seeds", type=positive, default=2)
    parser.add_argument("--only", action="append", choices=SETTINGS, help="a setting; may be repeated (all)")
    parser.add_argument("--threads", type=positive, default=1)
    return parser.parse_args()


def read(runs: Path) -> list[dict]:
    return [json.loads(line) for line in runs.read_text().splitlines()] if runs.exists() else []


def append(runs: Path, run: dict) -> None:
    with runs.open("a") as lines:
        lines.write(json.dumps(run) + "\n")
    print({key: value for key, value in run.items() if key != "losses"}, flush=True)


def train(setting: Setting, features: dict, classes: int, steps: int, seed: int) -> tuple[Heads, dict]:
    """Trains with one setting. Ends at a loss that is not finite, and records the step as `diverged`."""
    torch.manual_seed(seed)
    model = Heads(classes, len(setting.scales) * len(setting.ratios), setting.prior, statistics_of(features))
    optimizer = optimizer_of(setting, model)
    anchors = anchors_for(GRIDS, setting.scales, setting.ratios)
    losses: list[float] = []
    for step in range(steps):
        batch = torch.randint(len(features["boxes"]), (BATCH,))
        objects = [(features["boxes"][n], features["classes"][n]) for n in batch.tolist()]
        logits, deltas = model(taken(features, batch))
        class_loss, box_loss = retinanet_loss(logits, deltas, anchors, objects, setting.class_loss)
        losses.append(class_loss.item())
        if not math.isfinite(losses[-1] + box_loss.item()):
            return model, {"losses": recorded(losses), "diverged": step}
        optimizer.zero_grad(set_to_none=True)
        (class_loss + box_loss).backward()
        update(optimizer, setting, model, step, steps)
    return model, {"losses": recorded(losses)}


def optimizer_of(setting: Setting, model: Heads) -> torch.optim.Optimizer:
    if setting.sgd:
        return torch.optim.SGD(model.parameters(), SGD_RATE, SGD_MOMENTUM, weight_decay=SGD_WEIGHT_DECAY)
    return torch.optim.AdamW(model.parameters(), RATE, weight_decay=WEIGHT_DECAY)


def update(optimizer: torch.optim.Optimizer, setting: Setting, model: Heads, step: int, steps: int) -> None:
    """Sets the rate of this step and changes the weights."""
    if not setting.sgd:
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        warm = min(1.0, (step + 1) / WARM_UP_STEPS)
        optimizer.param_groups[0]["lr"] = RATE * warm * 0.5 * (1 + math.cos(math.pi * step / steps))
    optimizer.step()


def recorded(losses: list[float]) -> list[float | None]:
    """Returns the mean of every ten losses, with four digits; null if it is not finite."""
    parts = [losses[first : first + RECORDED_EVERY] for first in range(0, len(losses), RECORDED_EVERY)]
    means = [sum(part) / len(part) for part in parts]
    return [float(f"{mean:.4g}") if math.isfinite(mean) else None for mean in means]


@torch.no_grad()
def measure(model: Heads, setting: Setting, features: dict, photos: Photos) -> dict[str, float]:
    """Returns AP, AP50 and AP75, with detections of every score, since settings differ in the height of their scores."""
    detections: list[dict] = []
    for first in range(0, len(photos), MEASURE_BATCH):
        indices = torch.arange(first, min(first + MEASURE_BATCH, len(photos)))
        logits, deltas = model.levels(taken(features, indices))
        for row, index in enumerate(indices.tolist()):
            parts = [each[row : row + 1] for each in logits], [each[row : row + 1] for each in deltas]
            found = finish(*parts, model.classes, 0.0, setting.scales, setting.ratios)
            detections += results_of(photos, index, *found)
    metrics = average_precision(photos, detections)
    return {name: round(max(metrics[name], 0.0), 4) for name in ("AP", "AP50", "AP75")}


def results_of(photos: Photos, index: int, boxes: Tensor, scores: Tensor, classes: Tensor) -> list[dict]:
    """Returns detections of one photo in COCO's format."""
    image = photos.images[index]
    limits = torch.tensor((image["width"], image["height"]) * 2)
    inside = torch.minimum(boxes / torch.tensor(scale_of(photos, index) * 2), limits).clamp(min=0)
    return [
        {"image_id": image["id"], "category_id": photos.category_ids[label], "score": score, "bbox": [x, y, x1 - x, y1 - y]}
        for (x, y, x1, y1), score, label in zip(inside.tolist(), scores.tolist(), classes.tolist())
    ]


if __name__ == "__main__":
    main()
