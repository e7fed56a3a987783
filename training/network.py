"""RetinaNet, with a MobileNetV2 backbone unless it is given another.

Follows "Focal Loss for Dense Object Detection" (2017), section 4: a feature
pyramid P3-P7, one class subnet and one box subnet shared by all levels.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

# (output channels, stride) of the 17 inverted residuals of MobileNetV2 1.0,
# table 2 of "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018).
BOTTLENECKS = [
    (16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1),
    (64, 1), (96, 1), (96, 1), (96, 1), (160, 2), (160, 1), (160, 1), (320, 1),
]  # fmt: skip
C3, C4, C5 = 5, 12, 16  # the last bottlenecks at strides 8, 16 and 32
FROZEN_UP_TO = 2  # stem and stride-4 stage keep their ImageNet weights
PRIOR = 0.01  # pi of section 4.1: initial confidence of every anchor


class ConvBN(nn.Module):
    """A bias-free convolution with frozen batch norm, folded while it runs."""

    def __init__(
        self, inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1,
        activation: Callable[..., Tensor] | None = F.relu6,
    ):  # fmt: skip
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outside, inside // groups, kernel, kernel))
        self.register_buffer("scale", torch.ones(outside))
        self.register_buffer("shift", torch.zeros(outside))
        self.stride, self.padding, self.groups, self.activation = stride, kernel // 2, groups, activation
        self.folded = False

    def load(self, arrays, conv: str, norm: str, eps: float = 1e-5) -> None:
        """Takes the convolution and the batch norm under these two names."""
        gamma, beta, mean, var = (
            torch.from_numpy(arrays[f"{norm}_{part}"]) for part in ("gamma", "beta", "running_mean", "running_var")
        )
        self.weight.data.copy_(torch.from_numpy(arrays[f"{conv}_weight"]))
        self.scale.copy_(gamma / torch.sqrt(var + eps))
        self.shift.copy_(beta - mean * self.scale)

    def fold(self) -> None:
        """Multiplies the scale into the weights for good; for export, not for training."""
        self.weight.data *= self.scale[:, None, None, None]
        self.folded = True

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight if self.folded else self.weight * self.scale[:, None, None, None]
        x = F.conv2d(x, weight, self.shift, self.stride, self.padding, groups=self.groups)
        return self.activation(x, inplace=True) if self.activation else x


class Bottleneck(nn.Module):
    """Inverted residual: expand 1x1, depthwise 3x3, project 1x1."""

    def __init__(self, inside: int, outside: int, stride: int, expansion: int):
        super().__init__()
        wide = inside * expansion
        self.expand = ConvBN(inside, wide, 1)
        self.depthwise = ConvBN(wide, wide, 3, stride, groups=wide)
        self.project = ConvBN(wide, outside, 1, activation=None)
        self.residual = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class MobileNetV2(nn.Module):
    """Stem and 17 bottlenecks; returns C3, C4 and C5."""

    channels = tuple(BOTTLENECKS[index][0] for index in (C3, C4, C5))

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvBN(3, 32, 3, stride=2)
        inside, blocks = 32, []
        for index, (outside, stride) in enumerate(BOTTLENECKS):
            blocks.append(Bottleneck(inside, outside, stride, 1 if index == 0 else 6))
            inside = outside
        self.blocks = nn.ModuleList(blocks)

    def load(self, file: Path) -> None:
        """Takes ImageNet weights in MXNet naming."""
        arrays = np.load(file)
        self.stem.load(arrays, "features_conv0", "features_batchnorm0")
        for index, block in enumerate(self.blocks):
            for part, conv in enumerate((block.expand, block.depthwise, block.project)):
                name = f"features_linearbottleneck{index}"
                conv.load(arrays, f"{name}_conv{part}", f"{name}_batchnorm{part}")

    def freeze_early(self) -> None:
        for module in (self.stem, *self.blocks[: FROZEN_UP_TO + 1]):
            module.requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, kept = self.stem(x), []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in (C3, C4, C5):
                kept.append(x)
        return kept


class FeaturePyramid(nn.Module):
    """P3-P5 from C3-C5 with top-down sums; P6 from C5, P7 from relu(P6).

    Both sides of the picture must be multiples of 32, so that each level is half as large as the one below.
    """

    def __init__(self, inside: tuple[int, int, int], channels: int):
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(n, channels, 1) for n in inside)
        self.smooth = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in inside)
        self.p6 = nn.Conv2d(inside[-1], channels, 3, stride=2, padding=1)
        self.p7 = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
        for conv in (*self.lateral, *self.smooth, self.p6, self.p7):
            nn.init.kaiming_uniform_(conv.weight, a=1)  # as FPN, which section 4.1 refers to
            nn.init.zeros_(conv.bias)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        merged = [conv(c) for conv, c in zip(self.lateral, features)]
        for level in (1, 0):
            merged[level] = merged[level] + F.interpolate(merged[level + 1], scale_factor=2.0, mode="nearest")
        pyramid = [conv(m) for conv, m in zip(self.smooth, merged)]
        p6 = self.p6(features[-1])
        return [*pyramid, p6, self.p7(F.relu(p6))]


def subnet(channels: int, depth: int, outputs: int, bias: float) -> nn.Sequential:
    """3x3 convolutions with ReLU, then one to `outputs`; initialised as in section 4.1."""
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(inplace=True)]
    layers.append(nn.Conv2d(channels, outputs, 3, padding=1))
    for layer in layers[::2]:
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.zeros_(layer.bias)
    nn.init.constant_(layers[-1].bias, bias)
    return nn.Sequential(*layers)


class RetinaNet(nn.Module):
    """Image `(N, 3, H, W)` to five `(N, A*K, H, W)` logits and five `(N, A*4, H, W)` deltas."""

    def __init__(
        self, classes: int, anchors: int = 9, channels: int = 96, depth: int = 3, backbone: nn.Module | None = None
    ):
        super().__init__()
        self.classes, self.anchors = classes, anchors
        self.backbone = MobileNetV2() if backbone is None else backbone
        self.pyramid = FeaturePyramid(self.backbone.channels, channels)
        self.class_subnet = subnet(channels, depth, anchors * classes, -math.log((1 - PRIOR) / PRIOR))
        self.box_subnet = subnet(channels, depth, anchors * 4, 0.0)

    def forward(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        levels = self.pyramid(self.backbone(x))
        return [self.class_subnet(p) for p in levels], [self.box_subnet(p) for p in levels]


def join(levels: list[Tensor], columns: int) -> Tensor:
    """(N, A*columns, H, W) per level to (N, sum HWA, columns), anchors innermost."""
    rows = [p.unflatten(1, (-1, columns)).permute(0, 3, 4, 1, 2).flatten(1, 3) for p in levels]
    return torch.cat(rows, dim=1)
