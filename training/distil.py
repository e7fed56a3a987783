"""Distillation: a network also learns what teachers answer to the images that it is trained on.

Their scores tell more about an image than its annotations do: what an object resembles, how much of it the crop left,
which of two anchors fits better. "Knowledge distillation: A good teacher is patient and consistent" (2022): teacher and
network see the same crop, and crops differ much.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.ops import generalized_box_iou_loss

from aligned import quality_focal
from anchors import decode

ANNOTATED = 0.5  # weight of the losses by the annotations, beside those below
CLASS_WEIGHT = 4.0  # scores differ less from those of teachers than from annotations
COUNTED, FOUND = 0.05, 0.1  # least score that counts as detected, and of a box that is learnt


def distillation_losses(
    found: tuple[Tensor, Tensor], taught: list[tuple[Tensor, Tensor]], anchors: Tensor
) -> tuple[Tensor, Tensor]:
    """Returns class and box loss: logits `(N, R, K)` and deltas `(N, R, 4)` of the network and of each teacher.

    The targets are the mean scores of the teachers and the boxes of their mean deltas.
    """
    logits, deltas = found
    scores = torch.stack([each.sigmoid() for each, _ in taught]).mean(0)
    expected = torch.stack([each for _, each in taught]).mean(0)
    divisor = scores[scores > COUNTED].sum().clamp(min=1)
    highest = scores.amax(2)
    image, row = torch.nonzero(highest > FOUND, as_tuple=True)
    weight = highest[image, row]
    boxes, targets = (decode(anchors[row], each[image, row]) for each in (deltas, expected))
    box_sum = (weight * generalized_box_iou_loss(boxes, targets)).sum()
    return CLASS_WEIGHT * quality_focal(logits, scores).sum() / divisor, box_sum / weight.sum().clamp(min=1)
