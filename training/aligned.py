"""The losses of `train.py`: an object is learnt by the anchors that predict it best, with their IoU as the score.

Assignment of "TOOD: Task-aligned One-stage Object Detection" (2021), section 3.2; the class loss is the quality focal
loss of "Generalized Focal Loss" (2020), section 3.1. The paper assigns by the IoU of anchors (`anchors.match`).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import generalized_box_iou_loss

from anchors import best_of, decode, iou

ANCHORS_PER_OBJECT = 13  # as in TOOD, like the next
IOU_POWER = 6.0
GAMMA = 2.0  # of the focal loss
LEAST = 1e-9


def aligned_loss(
    logits: Tensor, deltas: Tensor, anchors: Tensor, objects: list[tuple[Tensor, Tensor]]
) -> tuple[Tensor, Tensor]:
    """Returns class and box loss of a batch: `(N, R, K)`, `(N, R, 4)`, `(R, 4)`, and per image boxes and classes.

    The box loss is 1 - GIoU of each assigned anchor, weighted by its target. Both are divided by the sum of targets.
    """
    targets, box_sum = torch.zeros_like(logits), deltas.new_zeros(())
    for n, (boxes, classes) in enumerate(objects):
        if len(boxes) == 0:
            continue
        rows, index, target = assign(logits[n].detach().sigmoid(), deltas[n].detach(), anchors, boxes, classes)
        targets[n, rows, classes[index]] = target
        losses = generalized_box_iou_loss(decode(anchors[rows], deltas[n, rows]), boxes[index])
        box_sum = box_sum + (target * losses).sum()
    divisor = targets.sum().clamp(min=1)
    return quality_focal(logits, targets).sum() / divisor, box_sum / divisor


def quality_focal(logits: Tensor, target: Tensor) -> Tensor:
    """Focal loss for targets between 0 and 1: |target - p|^gamma times the cross-entropy; without alpha."""
    weight = (target - logits.sigmoid()).abs() ** GAMMA
    return weight * F.binary_cross_entropy_with_logits(logits, target, reduction="none")


def assign(
    scores: Tensor, deltas: Tensor, anchors: Tensor, boxes: Tensor, classes: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Assigns anchors to the objects of an image: `(R, K)`, `(R, 4)`, `(R, 4)`, `(G, 4)` and `(G,)`.

    Returns rows of anchors, the object of each and its target for the score, `(M,)` each. An object takes the anchors
    with the highest alignment, score * IoU^6 of the predicted box. Of its anchors, the best aligned has the highest
    IoU of them all as target, the others less, in proportion to the alignment.
    """
    candidates = candidates_of(anchors, boxes)
    rows = torch.nonzero(candidates.any(1)).squeeze(1)
    overlap = iou(decode(anchors[rows], deltas[rows]), boxes)  # (C, G)
    alignment = scores[rows][:, classes] * overlap**IOU_POWER * candidates[rows]
    best = alignment.topk(min(ANCHORS_PER_OBJECT, len(rows)), dim=0)
    chosen = torch.zeros_like(alignment).scatter(0, best.indices, (best.values > LEAST).float())
    # An anchor that several objects chose belongs to the one that it overlaps most.
    owned = chosen * F.one_hot((chosen * (overlap + LEAST)).argmax(1), len(boxes))
    alignment, overlap = alignment * owned, overlap * owned
    scale = overlap.amax(0) / alignment.amax(0).clamp(min=LEAST)
    taken, index = torch.nonzero(owned, as_tuple=True)
    return rows[taken], index, (alignment * scale)[taken, index]


def candidates_of(anchors: Tensor, boxes: Tensor) -> Tensor:
    """Anchors whose centre is in an object, or that fit an object best, so that the smallest are learnt too: `(R, G)`."""
    centre = (anchors[:, None, :2] + anchors[:, None, 2:]) / 2
    inside = ((centre > boxes[:, :2]) & (centre < boxes[:, 2:])).all(-1)
    return inside | best_of(iou(anchors, boxes))
