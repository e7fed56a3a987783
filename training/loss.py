"""Losses of the paper, and those that it compares with, divided by the number of foreground anchors.

`train.py` has losses of its own (`aligned.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import nms

from anchors import BACKGROUND, IGNORED, decode, encode, match

ALPHA, GAMMA = 0.25, 2.0  # best pair of table 1b
SMOOTH_L1_BETA = 0.11  # where detectron's RetinaNet passes from square to line
OHEM_CANDIDATES = 2  # anchors with the highest losses that enter NMS, per example that is wanted


@dataclass(frozen=True)
class Focal:
    """Focal loss (equation 5).

    With `gamma` 0 it is the alpha-balanced cross-entropy (equation 3). Without `alpha` all examples have weight 1.
    """

    alpha: float | None = ALPHA
    gamma: float = GAMMA

    def each(self, logits: Tensor, target: Tensor) -> Tensor:
        """Returns the loss of every logit against its 0/1 target, in any shape.

        Logarithms keep the gradient finite where a probability rounds to 1, also for `gamma` below 1.
        """
        x_t = logits * (2 * target - 1)  # p_t = sigmoid(x_t)
        loss = -F.logsigmoid(x_t)
        if self.gamma:
            loss = loss * (self.gamma * F.logsigmoid(-x_t)).exp()
        if self.alpha is None:
            return loss
        return loss * (self.alpha * target + (1 - self.alpha) * (1 - target))

    def __call__(self, logits: Tensor, target: Tensor, counted: Tensor, anchors: Tensor, deltas: Tensor) -> Tensor:
        """Sums the losses of the anchors that count: `(N, R, K)` twice, `(N, R)`; the boxes have no effect."""
        return self.each(logits[counted], target[counted]).sum()


@dataclass(frozen=True)
class HardExamples:
    """Cross-entropy of the anchors with the highest losses of each image: OHEM (section 5.1).

    NMS of the predicted boxes, by loss, keeps one anchor of those that predict the same box.
    `negatives` is the number of background anchors per foreground anchor. Unset: any share, by loss alone.
    """

    examples: int = 512
    nms_iou: float = 0.7
    negatives: int | None = None

    def __call__(self, logits: Tensor, target: Tensor, counted: Tensor, anchors: Tensor, deltas: Tensor) -> Tensor:
        """Sums the losses of the chosen anchors: `(N, R, K)` twice, `(N, R)`, `(R, 4)` and `(N, R, 4)`."""
        losses = Focal(alpha=None, gamma=0).each(logits, target).sum(-1)
        total = losses.new_zeros(())
        for loss, shifts, mask, foreground in zip(losses, deltas.detach(), counted, target.any(-1)):
            total = total + loss[self.choose(loss.detach(), anchors, shifts, mask, foreground)].sum()
        return total

    def choose(self, losses: Tensor, anchors: Tensor, deltas: Tensor, counted: Tensor, foreground: Tensor) -> Tensor:
        """Returns the indices of the chosen anchors of one image: losses `(R,)`, twice `(R, 4)`, two masks `(R,)`."""
        if self.negatives is None:
            return self.hardest(losses, anchors, deltas, counted, self.examples)
        most = self.examples // (1 + self.negatives)
        positive = self.hardest(losses, anchors, deltas, counted & foreground, most)
        wanted = self.negatives * max(1, len(positive))
        return torch.cat((positive, self.hardest(losses, anchors, deltas, counted & ~foreground, wanted)))

    def hardest(self, losses: Tensor, anchors: Tensor, deltas: Tensor, mask: Tensor, count: int) -> Tensor:
        """Returns the indices of at most `count` anchors of the mask, highest loss first."""
        candidates = min(OHEM_CANDIDATES * count, int(mask.sum()))
        ranked = losses.masked_fill(~mask, -1).topk(candidates).indices
        boxes = decode(anchors[ranked], deltas[ranked])
        return ranked[nms(boxes, losses[ranked], self.nms_iou)[:count]]


ClassLoss = Focal | HardExamples


def smooth_l1(deltas: Tensor, anchors: Tensor, boxes: Tensor) -> Tensor:
    """Sums the smooth L1 loss of deltas `(M, 4)` against boxes `(M, 4)`, as the paper does."""
    return F.smooth_l1_loss(deltas, encode(anchors, boxes), reduction="sum", beta=SMOOTH_L1_BETA)


def retinanet_loss(
    logits: Tensor, deltas: Tensor, anchors: Tensor, objects: list[tuple[Tensor, Tensor]], class_loss: ClassLoss = Focal()
) -> tuple[Tensor, Tensor]:
    """Returns class and box loss of a batch: `(N, R, K)`, `(N, R, 4)`, `(R, 4)`, and per image boxes and classes."""
    class_target = torch.zeros_like(logits)
    counted = torch.ones(logits.shape[:2], dtype=torch.bool)
    box_sum, foreground_count = deltas.new_zeros(()), 0
    for n, (boxes, classes) in enumerate(objects):
        matched = match(anchors, boxes)
        counted[n] = matched != IGNORED
        foreground = torch.nonzero(matched > BACKGROUND).squeeze(1)
        if len(foreground) == 0:
            continue
        index = matched[foreground]
        class_target[n, foreground, classes[index]] = 1
        box_sum = box_sum + smooth_l1(deltas[n, foreground], anchors[foreground], boxes[index])
        foreground_count += len(foreground)
    divisor = max(foreground_count, 1)
    return class_loss(logits, class_target, counted, anchors, deltas) / divisor, box_sum / divisor
