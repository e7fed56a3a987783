"""Checks that a convolution of `separable.py` has the same result and the same gradients in training and in use."""

from __future__ import annotations

import sys

import torch
from torch import Tensor

from separable import Conv

TOLERANCE = 1e-9
CHANNELS = 6
SIZES = ((10, 12), (8, 8), (5, 5), (5, 8))  # odd sides too: P5 of a photo at 320 px has 10, P6 has 5


def main() -> None:
    torch.manual_seed(0)
    for groups in (1, CHANNELS):
        for size in SIZES:
            check(Conv(CHANNELS, CHANNELS, 3, stride=2, groups=groups, active=True).double(), size)
    print("training and use agree")


def check(conv: Conv, size: tuple[int, int]) -> None:
    x = torch.randn(2, CHANNELS, *size, dtype=torch.double)
    found, expected = (values(conv.train(mode), x) for mode in (True, False))
    for name, one, other in zip(("output", "gradient of the input", "gradient of the weight"), found, expected):
        if one.shape != other.shape or not (one - other).abs().max() < TOLERANCE:
            sys.exit(f"{name} of {size[0]}x{size[1]} with {conv.groups} groups differs between training and use")


def values(conv: Conv, x: Tensor) -> list[Tensor]:
    """Output, and the gradients of the sum of its squares."""
    x = x.clone().requires_grad_()
    conv.weight.grad = None
    output = conv(x)
    output.square().sum().backward()
    return [output.detach(), x.grad, conv.weight.grad]


if __name__ == "__main__":
    main()
