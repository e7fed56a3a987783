"""Detections of a network on held-out photos, their AP, and the score thresholds that give a wanted precision."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

import numpy as np
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch import Tensor, nn
from torchvision.ops import batched_nms

from anchors import RATIOS, SCALES, anchors_for, decode
from data import Photos
from manifest import NMS_IOU, PER_LEVEL
from network import join

SIDE, MULTIPLE = 320, 32
LEAST_SCORE, MOST_DETECTIONS = 0.05, 100
PRECISION = 0.8  # wanted of what is reported at the default threshold
MATCH_IOU = 0.5
THRESHOLDS = np.round(np.arange(0.1, 0.951, 0.01), 2)


@torch.no_grad()
def detect(model: nn.Module, photos: Photos, side: int) -> list[dict]:
    """Detections in COCO's format, with the steps of the manifest that `export.py` writes."""
    model.eval()
    results = []
    for index, image in enumerate(photos.images):
        tensor, scale = photos.served(index, side, MULTIPLE)
        logits, deltas = model(tensor[None].contiguous(memory_format=torch.channels_last))
        boxes, scores, classes = finish(logits, deltas, model.classes)
        limits = torch.tensor((image["width"], image["height"]) * 2)
        boxes = torch.minimum(boxes / torch.tensor(scale * 2), limits).clamp(min=0)
        for (x0, y0, x1, y1), score, label in zip(boxes.tolist(), scores.tolist(), classes.tolist()):
            row = {"image_id": image["id"], "category_id": photos.category_ids[label], "score": score}
            results.append({**row, "bbox": [x0, y0, x1 - x0, y1 - y0]})
    return results


def finish(
    logits: list[Tensor], deltas: list[Tensor], classes: int, least_score: float = LEAST_SCORE,
    scales: tuple = SCALES, ratios: tuple = RATIOS,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Returns boxes in input pixels, scores and classes: best per level, decoded, then NMS per class."""
    found = []
    first = 0
    anchors = anchors_for([tuple(level.shape[2:]) for level in logits], scales, ratios)
    for scores, shifts in zip((join([each], classes)[0].sigmoid() for each in logits), (join([each], 4)[0] for each in deltas)):
        rows, columns = torch.nonzero(scores > least_score, as_tuple=True)
        values, order = scores[rows, columns].topk(min(PER_LEVEL, len(rows)))
        rows, columns = rows[order], columns[order]
        found.append((decode(anchors[first + rows], shifts[rows]), values, columns))
        first += len(scores)
    boxes, scores, columns = (torch.cat(parts) for parts in zip(*found))
    kept = batched_nms(boxes, scores, columns, NMS_IOU)[:MOST_DETECTIONS]
    return boxes[kept], scores[kept], columns[kept]


def average_precision(photos: Photos, detections: list[dict]) -> dict[str, float]:
    """Returns AP, AP50 and AP75 over all classes, and AP of each class that has an object, by the reference evaluator."""
    if not detections:
        return {"AP": 0.0, "AP50": 0.0, "AP75": 0.0, **{label: 0.0 for label in photos.labels}}
    with contextlib.redirect_stdout(io.StringIO()):
        judge = judged(photos, detections)
        judge.accumulate()
        judge.summarize()
    precision = judge.eval["precision"][:, :, :, 0, -1]  # (IoU, recall, class)
    of_class = {label: precision[:, :, n] for n, label in enumerate(photos.labels)}
    per_class = {label: float(each.mean()) for label, each in of_class.items() if (each > -1).any()}
    return {**dict(zip(("AP", "AP50", "AP75"), judge.stats[:3].tolist())), **per_class}


def judged(photos: Photos, detections: list[dict]) -> COCOeval:
    ids = [image["id"] for image in photos.images]
    truth = COCO()
    annotations = [{"iscrowd": 0, "area": a["bbox"][2] * a["bbox"][3], **a} for a in photos.truth["annotations"]]
    truth.dataset = {**photos.truth, "annotations": [a for a in annotations if a["image_id"] in set(ids)]}
    truth.createIndex()
    judge = COCOeval(truth, truth.loadRes(detections), "bbox")
    judge.params.imgIds = ids
    judge.evaluate()
    return judge


def hits(photos: Photos, detections: list[dict]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Score, class and correctness of every detection that counts, and the number of objects per class."""
    if not detections:
        return np.empty(0), np.empty(0, int), np.empty(0, bool), objects_of(photos)
    with contextlib.redirect_stdout(io.StringIO()):
        judge = judged(photos, detections)
    first = int(np.flatnonzero(np.isclose(judge.params.iouThrs, MATCH_IOU))[0])
    whole = [e for e in judge.evalImgs if e and e["aRng"] == judge.params.areaRng[0]]
    rows = []
    for each in whole:
        label = photos.category_ids.index(each["category_id"])
        matched, ignored = each["dtMatches"][first] > 0, each["dtIgnore"][first]
        rows += [(s, label, m) for s, m, i in zip(each["dtScores"], matched, ignored) if not i]
    scores, labels, correct = np.array(rows).reshape(-1, 3).T
    return scores, labels.astype(int), correct.astype(bool), objects_of(photos)


def objects_of(photos: Photos) -> np.ndarray:
    """Number of annotated objects of each class, without crowds."""
    ids = {image["id"] for image in photos.images}
    counted = [a for a in photos.truth["annotations"] if a["image_id"] in ids and not a.get("iscrowd")]
    labels = [photos.category_ids.index(a["category_id"]) for a in counted]
    return np.bincount(labels, minlength=len(photos.labels))


@dataclass(frozen=True)
class Choice:
    """Score threshold of all classes together, and of each class, with precision and recall there."""

    all: dict[str, float]
    per_class: list[dict[str, float]]
    objects: list[int]


def choose(photos: Photos, detections: list[dict]) -> Choice:
    scores, labels, correct, objects = hits(photos, detections)
    each = [choose_threshold(scores[labels == n], correct[labels == n], objects[n]) for n in range(len(objects))]
    return Choice(choose_threshold(scores, correct, objects.sum()), each, objects.tolist())


def choose_threshold(scores: np.ndarray, correct: np.ndarray, objects: int, wanted: float = PRECISION) -> dict[str, float]:
    """Lowest threshold with the wanted precision, with its precision and recall; the highest of all if there is none."""
    points = [point(scores, correct, objects, threshold) for threshold in THRESHOLDS]
    return next((each for each in points if each["precision"] >= wanted), points[-1])


def point(scores: np.ndarray, correct: np.ndarray, objects: int, threshold: float) -> dict[str, float]:
    kept = correct[scores > threshold]
    precision = float(kept.mean()) if len(kept) else 0.0
    return {"threshold": float(threshold), "precision": precision, "recall": float(kept.sum() / max(objects, 1))}
