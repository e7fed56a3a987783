"""Checks the losses of the paper against its formulas, and those of `train.py` against values worked out by hand.

`check_loss.py FILE` writes the values that `docs/focal-loss.md` plots, and that a test without PyTorch compares with
the formulas again.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from aligned import aligned_loss, assign, quality_focal
from distil import CLASS_WEIGHT, distillation_losses
from loss import Focal, HardExamples, retinanet_loss

GAMMAS = (0.0, 0.5, 1.0, 2.0, 5.0)
ALPHAS = (None, 0.25, 0.75)
TOLERANCE = 1e-9
GIOU_TOLERANCE = 1e-6  # torchvision adds 1e-7 to each divisor


def main() -> None:
    torch.manual_seed(0)
    logits = torch.cat((torch.linspace(-12, 12, 97), torch.randn(400) * 3)).double()
    target = torch.cat((torch.ones(97), torch.randint(0, 2, (400,)).float())).double()
    check_values(logits, target)
    check_gradient(logits, target)
    check_cross_entropy(logits, target)
    check_extremes()
    check_ignored()
    check_hard_examples()
    check_quality_focal(logits, target)
    check_assignment()
    check_shared_anchor()
    check_distillation()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(values()) + "\n")
    print("the losses agree with the paper, and with values worked out by hand")


def check_values(logits: Tensor, target: Tensor) -> None:
    """Compares with equation 5: -alpha_t (1 - p_t)^gamma log(p_t)."""
    p_t = torch.where(target == 1, logits.sigmoid(), 1 - logits.sigmoid())
    for gamma in GAMMAS:
        for alpha in ALPHAS:
            alpha_t = 1 if alpha is None else torch.where(target == 1, alpha, 1 - alpha)
            expected = -alpha_t * (1 - p_t) ** gamma * p_t.log()
            close(f"FL, alpha {alpha}, gamma {gamma}", Focal(alpha, gamma).each(logits, target), expected)


def check_gradient(logits: Tensor, target: Tensor) -> None:
    """Compares with appendix B: y (1 - p_t)^gamma (gamma p_t log(p_t) + p_t - 1), with y = 1 or -1."""
    y = 2 * target - 1
    p_t = (y * logits).sigmoid()
    for gamma in GAMMAS:
        expected = y * (1 - p_t) ** gamma * (gamma * p_t * p_t.log() + p_t - 1)
        close(f"derivative, gamma {gamma}", gradient(Focal(None, gamma), logits, target), expected)


def check_cross_entropy(logits: Tensor, target: Tensor) -> None:
    """Compares gamma 0 with the cross-entropy of PyTorch, with alpha and without."""
    expected = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    close("CE", Focal(None, 0).each(logits, target), expected)
    balanced = expected * torch.where(target == 1, 0.75, 0.25)
    close("alpha-balanced CE", Focal(0.75, 0).each(logits, target), balanced)


def check_extremes() -> None:
    """Refuses losses and gradients that are not finite, in single precision."""
    logits = torch.tensor([-200.0, -90.0, -20.0, 0.0, 20.0, 90.0, 200.0]).repeat(2)
    target = torch.cat((torch.zeros(7), torch.ones(7)))
    for gamma in GAMMAS:
        loss = Focal(None, gamma)
        if not all(part.isfinite().all() for part in (loss.each(logits, target), gradient(loss, logits, target))):
            sys.exit(f"FL with gamma {gamma} is not finite for large logits")


def check_ignored() -> None:
    """Refuses a gradient of anchors between the two thresholds of IoU."""
    anchors = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 22], [50, 50, 60, 60]])  # IoU 1, .45 and 0 with the object
    objects = [(torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([1]))]
    for class_loss in (Focal(), HardExamples(), HardExamples(negatives=3)):
        logits = torch.zeros(1, 3, 2, requires_grad=True)
        retinanet_loss(logits, torch.zeros(1, 3, 4), anchors, objects, class_loss)[0].backward()
        rows = logits.grad[0].abs().sum(1)
        if rows[1] != 0 or (rows[[0, 2]] == 0).any():
            sys.exit(f"{class_loss} has gradients {rows.tolist()} where that of the ignored anchor alone is 0")


def check_hard_examples() -> None:
    """Compares the choice of OHEM with one made by hand, on six anchors whose losses fall from first to last."""
    boxes = torch.tensor([[0, 0, 8, 8], [0, 0, 8, 9], [20, 0, 28, 8], [40, 0, 48, 8], [60, 0, 68, 8], [80, 0, 88, 8]])
    losses, nothing = torch.tensor([6.0, 5, 4, 3, 2, 1]), torch.zeros(6, 4)
    counted = torch.tensor([1, 1, 1, 0, 1, 1]).bool()  # the fourth is ignored; the second is the box of the first
    foreground = torch.tensor([0, 0, 0, 0, 0, 1]).bool()
    for loss, expected in (
        (HardExamples(examples=2), [0, 2]),
        (HardExamples(examples=6), [0, 2, 4, 5]),
        (HardExamples(examples=6, nms_iou=0.95), [0, 1, 2, 4, 5]),
        (HardExamples(examples=8, negatives=2), [5, 0, 2]),
    ):
        found = loss.choose(losses, boxes.float(), nothing, counted, foreground).tolist()
        if found != expected:
            sys.exit(f"{loss} chooses {found}, not {expected}")


def check_quality_focal(logits: Tensor, target: Tensor) -> None:
    """Compares with the focal loss where targets are 0 or 1, and with -(t - p)^2 (t log p + (1 - t) log(1 - p))."""
    close("quality focal loss of 0 and 1", quality_focal(logits, target), Focal(None, 2).each(logits, target))
    p, t = logits.sigmoid(), torch.linspace(0, 1, len(logits)).double()
    expected = -((t - p) ** 2) * (t * p.log() + (1 - t) * (1 - p).log())
    close("quality focal loss", quality_focal(logits, t), expected)


def check_assignment() -> None:
    """Compares targets and losses of four anchors that predict themselves with values worked out by hand.

    IoU with the object of 10x10: 1, 100/160, 0, and 100/200, whose centre is outside.
    """
    anchors = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 16], [50, 50, 60, 60], [0, 0, 10, 20]])
    boxes, classes = torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([1])
    scores, deltas = torch.full((4, 2), 0.5), torch.zeros(4, 4)
    rows, index, target = assign(scores, deltas, anchors, boxes, classes)
    if rows.tolist() != [0, 1] or index.tolist() != [0, 0]:
        sys.exit(f"the object takes the anchors {rows.tolist()}, not [0, 1]")
    less = 0.625**6  # alignment of the second, of 1 for the first
    close("targets", target, torch.tensor([1, less]), GIOU_TOLERANCE)
    class_loss, box_loss = aligned_loss(torch.zeros(1, 4, 2), deltas[None], anchors, [(boxes, classes)])
    # Six targets of 0 at p = .5, one of 1, and one of `less`; the union of object and second anchor is its hull.
    each = [(t - 0.5) ** 2 * math.log(2) for t in (*[0] * 6, 1, less)]
    close("class loss", class_loss, torch.tensor(sum(each) / (1 + less)), GIOU_TOLERANCE)
    close("box loss", box_loss, torch.tensor(less * (1 - 0.625) / (1 + less)), GIOU_TOLERANCE)


def check_shared_anchor() -> None:
    """Gives an anchor that two objects choose to the one that it overlaps more; the other keeps its own."""
    anchors = torch.tensor([[0.0, 0, 10, 10], [2, 0, 12, 10]])
    boxes, classes = torch.tensor([[0.0, 0, 10, 10], [2, 0, 12, 10]]), torch.tensor([0, 0])
    rows, index, target = assign(torch.full((2, 1), 0.5), torch.zeros(2, 4), anchors, boxes, classes)
    if (rows.tolist(), index.tolist(), target.tolist()) != ([0, 1], [0, 1], [1, 1]):
        sys.exit(f"two objects share their anchors: rows {rows.tolist()}, objects {index.tolist()}, targets {target.tolist()}")


def check_distillation() -> None:
    """Compares with values worked out by hand: two teachers, whose mean score is .8, and whose mean box is beside ours."""
    anchor, ours = torch.tensor([[0.0, 0, 10, 10]]), (torch.zeros(1, 1, 1), torch.zeros(1, 1, 4))
    of = [(torch.logit(torch.full((1, 1, 1), score)), torch.tensor([[[shift, 0.0, 0, 0]]])) for score, shift in ((0.7, 0.5), (0.9, 1.5))]
    class_loss, box_loss = distillation_losses(ours, of, anchor)
    # (.8 - .5)^2 log 2. Boxes of 0 to 10 and 10 to 20: IoU 0, and nothing of their hull is left, so 1 - GIoU is 1.
    close("class loss of distillation", class_loss, torch.tensor(CLASS_WEIGHT * 0.09 * math.log(2)), GIOU_TOLERANCE)
    close("box loss of distillation", box_loss, torch.tensor(0.8), GIOU_TOLERANCE)
    same = distillation_losses(of[0], of[:1], anchor)
    close("losses of distillation from itself", torch.stack(same), torch.zeros(2), GIOU_TOLERANCE)


def values() -> dict:
    """Returns losses and derivatives at p_t of .005, .01 ... .995."""
    p_t = torch.arange(1, 200, dtype=torch.double) / 200
    logits, target = torch.logit(p_t), torch.ones_like(p_t)
    digits = lambda each: [float(f"{value:.6g}") for value in each.tolist()]  # noqa: E731
    curves = [
        {
            "gamma": gamma,
            "loss": digits(Focal(None, gamma).each(logits, target)),
            "gradient": digits(gradient(Focal(None, gamma), logits, target)),
        }
        for gamma in GAMMAS
    ]
    return {"p_t": digits(p_t), "curves": curves}


def gradient(loss: Focal, logits: Tensor, target: Tensor) -> Tensor:
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(loss.each(logits, target).sum(), logits)[0]


def close(name: str, found: Tensor, expected: Tensor, tolerance: float = TOLERANCE) -> None:
    difference = (found - expected).abs().max().item()
    if not difference < tolerance:
        sys.exit(f"{name} differs from the formula by {difference:.2g}")


if __name__ == "__main__":
    main()
