"""ResNet-50 and ResNet-101 as backbones ("Deep Residual Learning for Image Recognition", 2015, table 1)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from network import ConvBN

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}  # at strides 4, 8, 16 and 32
WIDTHS = (64, 128, 256, 512)
EXPANSION = 4


class Residual(nn.Module):
    """Reduce 1x1, convolve 3x3, widen 1x1, and add the input, projected where its shape changes."""

    def __init__(self, inside: int, width: int, stride: int):
        super().__init__()
        outside = EXPANSION * width
        self.reduce = ConvBN(inside, width, 1, stride, activation=F.relu)
        self.convolve = ConvBN(width, width, 3, activation=F.relu)
        self.widen = ConvBN(width, outside, 1, activation=None)
        self.shortcut = nn.Identity() if inside == outside else ConvBN(inside, outside, 1, stride, activation=None)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.widen(self.convolve(self.reduce(x))) + self.shortcut(x), inplace=True)


class ResNet(nn.Module):
    """Stem and four stages; returns C3, C4 and C5."""

    channels = tuple(EXPANSION * width for width in WIDTHS[1:])

    def __init__(self, depth: int):
        super().__init__()
        self.stem = ConvBN(3, 64, 7, stride=2, activation=F.relu)
        inside, stages = 64, []
        for stage, (width, count) in enumerate(zip(WIDTHS, BLOCKS[depth])):
            blocks = []
            for index in range(count):
                blocks.append(Residual(inside, width, 2 if stage > 0 and index == 0 else 1))
                inside = EXPANSION * width
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.initialise(sum(BLOCKS[depth]))

    def initialise(self, blocks: int) -> None:
        """Random weights; each block adds one share of its stage, so that the sum of all stays in range."""
        for module in self.modules():
            if isinstance(module, ConvBN):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, Residual):
                module.widen.scale.fill_(blocks**-0.5)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = F.max_pool2d(self.stem(x), 3, stride=2, padding=1)
        kept = []
        for stage in self.stages:
            x = stage(x)
            kept.append(x)
        return kept[1:]
