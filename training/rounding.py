"""Rounds the numbers of the network in training as its int8 graph does, so that the weights learn to bear it.

Weights have a scale per output channel, results of layers one range. Gradients pass the rounding unchanged
("Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 3; the
straight-through estimator of "Estimating or Propagating Gradients Through Stochastic Neurons", 2013).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from separable import Bottleneck, Conv, SeparableRetinaNet

# Whole numbers on either side of 0. Pointwise weights have 7 bits, because onnxruntime sums products of 8 bits with
# saturation where VNNI is missing (its guide to quantisation, "U8S8"). Depthwise kernels sum in 32 bits; with 7 bits
# they cost everyday8 .04 of AP, pointwise ones .004.
POINTWISE_STEPS, DEPTHWISE_STEPS = 64, 127
STEPS = 255  # of a result
EVERY = 8  # calls between two looks at the range of a result
FOLLOW = 0.05  # share that a range moves towards what was seen
LEAST = 1e-8  # of a scale
ORIGINAL = "parametrizations.weight.original"  # as PyTorch names a weight that is computed from another


def rounded(model: SeparableRetinaNet) -> SeparableRetinaNet:
    """Makes a network round its weights and the results of its layers, but for those of `kept_in_float()`."""
    stem, *last = kept_in_float(model)
    for module in list(model.modules()):
        if isinstance(module, Conv) and module not in (stem, *last):
            steps = DEPTHWISE_STEPS if module.groups > 1 else POINTWISE_STEPS
            parametrize.register_parametrization(module, "weight", RoundedWeight(steps))
            round_result(module)
        elif module is stem or isinstance(module, Bottleneck) and module.residual:
            round_result(module)
    # The sums of the pyramid are no modules of their own.
    for module in model.pyramid.smooth[:2]:
        module.taken = Range()
        module.register_forward_pre_hook(lambda layer, arguments: layer.taken(*arguments))
    return model


def kept_in_float(model: SeparableRetinaNet) -> list[Conv]:
    """Returns the convolutions whose weights are not rounded: the stem, and the last ones.

    The stem takes twice the time in int8. Rounding logits and deltas, the results of the last ones, costs .007 of AP.
    """
    return [model.backbone.stem, *(subnet[-1][1] for subnet in (model.class_subnet, model.box_subnet))]


def unrounded(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Returns the weights of a rounded network for one that is not."""
    named = {name.replace(ORIGINAL, "weight"): value for name, value in weights.items()}
    return {name: value for name, value in named.items() if name.endswith((".weight", ".bias"))}


def round_result(module: nn.Module) -> None:
    module.result = Range()
    module.register_forward_hook(lambda layer, _, result: layer.result(result))


class Round(torch.autograd.Function):
    """Rounds to whole multiples of a scale, from `low` to `high` times the scale."""

    @staticmethod
    def forward(_, x: Tensor, scale: Tensor | float, low: int, high: int) -> Tensor:
        return (x / scale).round_().clamp_(low, high).mul_(scale)

    @staticmethod
    def backward(_, gradient: Tensor) -> tuple:
        return gradient, None, None, None


class RoundedWeight(nn.Module):
    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps

    def forward(self, weight: Tensor) -> Tensor:
        scale = weight.detach().abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=LEAST) / self.steps
        return Round.apply(weight, scale, -self.steps, self.steps)


class Range(nn.Module):
    """Rounds a result to 256 values, over the range that it had in training. The range contains 0."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            if self.calls % EVERY == 0:
                self.look(x.detach())
            self.calls += 1
        scale = max((self.high - self.low).item() / STEPS, LEAST)
        zero = round(-self.low.item() / scale)
        return Round.apply(x, scale, -zero, STEPS - zero)

    def look(self, x: Tensor) -> None:
        share = FOLLOW if self.high > self.low else 1
        self.low.lerp_(x.min().float().clamp(max=0), share)
        self.high.lerp_(x.max().float().clamp(min=0), share)
