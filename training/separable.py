"""RetinaNet for a CPU: MobileNetV2, and depthwise-separable convolutions in the pyramid and the subnets.

The layers are those of `fpnlite-coco`, so that its weights fit (`fpnlite.py`). Batch norm is multiplied into the
convolutions, which therefore have a bias. Differences from that network: P5 is smoothed too, the subnets are shared by
all levels, and a cell has nine anchors.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from network import BOTTLENECKS, C3, C4, C5, PRIOR

MEAN, STD = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)  # of the start: `x / 127.5 - 1`
CHANNELS = 128
TOP = 1280  # channels of the last convolution of MobileNetV2, from which P5 is made
SHARED, OWN = 3, 1  # layers that both subnets share, and layers that each has alone
FROZEN = 3  # stem and the bottlenecks of strides 2 and 4 keep their weights


class Conv(nn.Conv2d):
    """A convolution padded as TensorFlow does: at stride 2, only right and bottom.

    There it pads by 2, so that an odd side gives its half rounded up; of an even side the second is not read.
    """

    def __init__(self, inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1, active: bool = False):
        padding = kernel // 2 if stride == 1 else 0
        super().__init__(inside, outside, kernel, stride, padding, groups=groups)
        self.active = active
        nn.init.kaiming_uniform_(self.weight, a=0 if active else 1)
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x) if self.stride[0] == 1 else self.halved(x)
        return F.relu6(x, inplace=True) if self.active else x

    def halved(self, x: Tensor) -> Tensor:
        """Convolves at stride 2; in training at stride 1, of which every second pixel is kept, if it is depthwise.

        The gradient of a depthwise convolution at stride 2 takes several times the time of one at stride 1 on a CPU.
        """
        if self.training and self.groups > 1 and x.shape[2] % 2 == x.shape[3] % 2 == 0:
            every = F.conv2d(x, self.weight, self.bias, padding=1, groups=self.groups)
            return every[:, :, 1::2, 1::2].contiguous(memory_format=torch.channels_last)
        return super().forward(F.pad(x, (0, 2, 0, 2)))


def separable(inside: int, outside: int, stride: int = 1, active: bool = True) -> nn.Sequential:
    """Depthwise 3x3, then pointwise 1x1."""
    return nn.Sequential(Conv(inside, inside, 3, stride, groups=inside), Conv(inside, outside, 1, active=active))


class Bottleneck(nn.Module):
    """Inverted residual: expand 1x1 (not in the first block), depthwise 3x3, project 1x1."""

    def __init__(self, inside: int, outside: int, stride: int, expansion: int):
        super().__init__()
        wide = inside * expansion
        expand = [Conv(inside, wide, 1, active=True)] if expansion > 1 else []
        depthwise, project = Conv(wide, wide, 3, stride, groups=wide, active=True), Conv(wide, outside, 1)
        self.layers = nn.Sequential(*expand, depthwise, project)
        self.residual = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        y = self.layers(x)
        return x + y if self.residual else y


class MobileNetV2(nn.Module):
    """Stem, 17 bottlenecks and the last convolution; returns C3, C4 and the last convolution's output."""

    channels = (BOTTLENECKS[C3][0], BOTTLENECKS[C4][0], TOP)

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv(3, 32, 3, stride=2, active=True)
        insides = [32, *(outside for outside, _ in BOTTLENECKS)]
        self.blocks = nn.ModuleList(
            Bottleneck(inside, outside, stride, 6 if index else 1)
            for index, (inside, (outside, stride)) in enumerate(zip(insides, BOTTLENECKS))
        )
        self.top = Conv(insides[-1], TOP, 1, active=True)

    def freeze_early(self) -> None:
        for module in (self.stem, *self.blocks[:FROZEN]):
            module.requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, kept = self.stem(x), []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in (C3, C4):
                kept.append(x)
            elif index == C5:
                kept.append(self.top(x))
        return kept


class FeaturePyramid(nn.Module):
    """P3-P5 with top-down sums; P6 from P5 before smoothing, P7 from P6."""

    def __init__(self, inside: tuple[int, int, int], channels: int):
        super().__init__()
        self.lateral = nn.ModuleList(Conv(n, channels, 1) for n in inside)
        self.smooth = nn.ModuleList(separable(channels, channels) for _ in inside)
        self.p6, self.p7 = (separable(channels, channels, stride=2) for _ in range(2))

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        c3, c4, c5 = (conv(c) for conv, c in zip(self.lateral, features))
        p4 = self.smooth[1](c4 + twice(c5))
        p3 = self.smooth[0](c3 + twice(p4))
        p6 = self.p6(c5)
        return [p3, p4, self.smooth[2](c5), p6, self.p7(p6)]


def twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class SeparableRetinaNet(nn.Module):
    """Image `(N, 3, H, W)`, from -1 to 1, to five `(N, A*K, H, W)` logits and five `(N, A*4, H, W)` deltas.

    H and W must be multiples of 32.
    """

    def __init__(self, classes: int, anchors: int = 9, channels: int = CHANNELS, shared: int = SHARED, own: int = OWN):
        super().__init__()
        self.classes, self.anchors = classes, anchors
        self.backbone = MobileNetV2()
        self.pyramid = FeaturePyramid(self.backbone.channels, channels)
        self.shared = layers(channels, shared)
        self.class_subnet = nn.Sequential(*layers(channels, own), separable(channels, anchors * classes, active=False))
        self.box_subnet = nn.Sequential(*layers(channels, own), separable(channels, anchors * 4, active=False))
        for subnet, bias in ((self.class_subnet, -math.log((1 - PRIOR) / PRIOR)), (self.box_subnet, 0.0)):
            nn.init.normal_(subnet[-1][1].weight, std=0.01)
            nn.init.constant_(subnet[-1][1].bias, bias)

    def forward(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        levels = [self.shared(p) for p in self.pyramid(self.backbone(x))]
        return [self.class_subnet(p) for p in levels], [self.box_subnet(p) for p in levels]


def layers(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(separable(channels, channels) for _ in range(count)))
