"""Focal loss and smooth L1, both divided by the number of foreground anchors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from anchors import BACKGROUND, IGNORED, encode, match

ALPHA, GAMMA = 0.25, 2.0  # best pair of table 1b
SMOOTH_L1_BETA = 0.11  # where detectron's RetinaNet passes from square to line


def focal(logits: Tensor, target: Tensor) -> Tensor:
    """Summed focal loss of `(M, K)` logits against 0/1 targets (equation 5)."""
    p = torch.sigmoid(logits)
    cross_entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p_t = p * target + (1 - p) * (1 - target)
    alpha_t = ALPHA * target + (1 - ALPHA) * (1 - target)
    return (alpha_t * (1 - p_t) ** GAMMA * cross_entropy).sum()


def retinanet_loss(logits: Tensor, deltas: Tensor, anchors: Tensor, objects: list[tuple[Tensor, Tensor]]):
    """Class and box loss of a batch: `(N, R, K)`, `(N, R, 4)`, `(R, 4)`, and per image boxes and classes."""
    class_target = torch.zeros_like(logits)
    counted = torch.ones(logits.shape[:2], dtype=torch.bool)
    box_loss, foreground_count = deltas.new_zeros(()), 0
    for n, (boxes, classes) in enumerate(objects):
        matched = match(anchors, boxes)
        counted[n] = matched != IGNORED
        foreground = torch.nonzero(matched > BACKGROUND).squeeze(1)
        if len(foreground) == 0:
            continue
        index = matched[foreground]
        class_target[n, foreground, classes[index]] = 1
        target = encode(anchors[foreground], boxes[index])
        box_loss = box_loss + F.smooth_l1_loss(deltas[n, foreground], target, reduction="sum", beta=SMOOTH_L1_BETA)
        foreground_count += len(foreground)
    divisor = max(foreground_count, 1)
    return focal(logits[counted], class_target[counted]) / divisor, box_loss / divisor
