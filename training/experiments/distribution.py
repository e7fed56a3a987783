"""Share of the loss that easy and hard examples have: figure 4 of the paper."""

from __future__ import annotations

import torch
from torch import Tensor

from anchors import BACKGROUND, IGNORED, anchors_for, match
from experiments.features import GRIDS
from experiments.heads import Heads, taken
from loss import Focal

GAMMAS = (0.0, 0.5, 1.0, 2.0)
POINTS = 100  # of each curve
HARDEST = (0.0001, 0.001, 0.01, 0.1)  # shares of the examples


@torch.no_grad()
def distribution(model: Heads, features: dict) -> dict:
    """Returns, for foreground and background, the cumulative normalised loss of each gamma, easiest example first."""
    signed = signed_logits(model, features)
    return {side: {"examples": len(each), "curves": [curve(each, gamma) for gamma in GAMMAS]} for side, each in signed.items()}


def signed_logits(model: Heads, features: dict) -> dict[str, Tensor]:
    """Returns x_t of all examples, highest first: the logit, negated if the target is 0. An example is an anchor and a class."""
    anchors = anchors_for(GRIDS)
    found: dict[str, list[Tensor]] = {"foreground": [], "background": []}
    for n, (boxes, classes) in enumerate(zip(features["boxes"], features["classes"])):
        logits, _ = model(taken(features, torch.tensor([n])))
        matched = match(anchors, boxes)
        target = torch.zeros_like(logits[0], dtype=torch.bool)
        foreground = torch.nonzero(matched > BACKGROUND).squeeze(1)
        target[foreground, classes[matched[foreground]]] = True
        counted = (matched != IGNORED)[:, None].expand_as(target)
        found["foreground"].append(logits[0][target])
        found["background"].append(-logits[0][counted & ~target])
    return {side: torch.cat(parts).sort(descending=True).values for side, parts in found.items()}


def curve(x_t: Tensor, gamma: float) -> dict:
    """Returns the share of the loss of the easiest 0 %, 1 % ... 100 %, and that of the hardest; `x_t` highest first."""
    losses = Focal(alpha=None, gamma=gamma).each(x_t.double(), torch.ones_like(x_t, dtype=torch.double))
    cumulative = torch.cat((losses.new_zeros(1), losses.cumsum(0))) / losses.sum()
    at = lambda share: round(float(cumulative[round(share * len(x_t))]), 4)  # noqa: E731
    hardest = {str(share): round(1 - at(1 - share), 4) for share in HARDEST}
    return {"gamma": gamma, "cumulative": [at(n / POINTS) for n in range(POINTS + 1)], "hardest": hardest}
