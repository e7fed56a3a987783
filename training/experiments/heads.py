"""The part of the network that the experiments train."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from network import join
from separable import CHANNELS, layers, separable

NARROW, DEPTH = 64, 1


class Heads(nn.Module):
    """The last layer of the pyramid, and two subnets without common layers, initialised as in section 4.1.

    P3-P7, `(N, C, H, W)`, to logits `(N, R, K)` and deltas `(N, R, 4)`.
    """

    def __init__(self, classes: int, anchors: int, prior: float, statistics: list[tuple[Tensor, Tensor]]):
        """`statistics` are mean and deviation of each level's channels, which make levels alike for shared layers."""
        super().__init__()
        self.classes, self.statistics = classes, statistics
        self.last = separable(CHANNELS, NARROW)
        self.class_subnet, self.box_subnet = (
            nn.Sequential(layers(NARROW, DEPTH), separable(NARROW, anchors * columns, active=False))
            for columns in (classes, 4)
        )
        for subnet, bias in ((self.class_subnet, -math.log((1 - prior) / prior)), (self.box_subnet, 0.0)):
            nn.init.normal_(subnet[-1][1].weight, std=0.01)
            nn.init.constant_(subnet[-1][1].bias, bias)
        self.to(memory_format=torch.channels_last)

    def levels(self, features: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Returns logits `(N, A*K, H, W)` and deltas `(N, A*4, H, W)` of each level."""
        pyramid = [self.last((level - mean) / deviation) for level, (mean, deviation) in zip(features, self.statistics)]
        return [self.class_subnet(p) for p in pyramid], [self.box_subnet(p) for p in pyramid]

    def forward(self, features: list[Tensor]) -> tuple[Tensor, Tensor]:
        logits, deltas = self.levels(features)
        return join(logits, self.classes), join(deltas, 4)


def statistics_of(features: dict, photos: int = 200) -> list[tuple[Tensor, Tensor]]:
    """Returns mean and deviation of each channel, `(C, 1, 1)`, per level, over the first photos."""
    firsts = [level[:photos].float().transpose(0, 1).flatten(1) for level in features["levels"]]
    return [(each.mean(1)[:, None, None], each.std(1).clamp(min=1e-3)[:, None, None]) for each in firsts]


def taken(features: dict, indices: Tensor) -> list[Tensor]:
    """Returns the features of some photos as float."""
    return [level[indices].float().contiguous(memory_format=torch.channels_last) for level in features["levels"]]
