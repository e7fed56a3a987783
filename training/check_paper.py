"""Checks `paper.py`: the backbone against torchvision's ResNet, the number of parameters, the heads' shapes at
800x1088, and the exported graph against PyTorch.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
from pathlib import Path

import torch
import torchvision
from torch import nn
from torchvision.models.resnet import Bottleneck

import paper
from graph import TOLERANCE, compare, flat, folded
from manifest import positive
from network import ConvBN
from resnet import BLOCKS, ResNet

CLASSES, ANCHORS = 80, 9
HEIGHT, WIDTH = 800, 1088
GRIDS = [(100, 136), (50, 68), (25, 34), (13, 17), (7, 9)]
# Weights and biases, by the paper's own numbers.
PYRAMID = (512 + 1024 + 2048 + 3) * 256 + 3 * (9 * 256 + 1) * 256 + (9 * 2048 + 1) * 256 + (9 * 256 + 1) * 256
SUBNETS = 2 * 4 * (9 * 256 + 1) * 256 + (9 * 256 + 1) * ANCHORS * (CLASSES + 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=" ".join(__doc__.split()))
    parser.add_argument("--out", type=Path, help="keep the files here (760 MB)")
    parser.add_argument("--threads", type=positive, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        for depth in BLOCKS:
            print(f"ResNet-{depth}", flush=True)
            check(depth, options.out or Path(folder))


@torch.no_grad()
def check(depth: int, folder: Path) -> None:
    """Stops at what differs; the weights go through a checkpoint, as trained ones would."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = paper.build(depth, CLASSES).eval()
    reference = reference_resnet(depth)
    print(f"  backbone: differs from torchvision's by {compare_backbones(ResNet(depth), reference):.2g}")
    parameters = sum(p.numel() for p in model.parameters())
    backbone = sum(conv.weight.numel() for conv in modules(reference, nn.Conv2d))
    must_equal("parameters", parameters, backbone + PYRAMID + SUBNETS)
    print(f"  {parameters:,} parameters without batch norm's")

    spread(model)
    checkpoint = folder / f"paper-r{depth}.pt"
    torch.save(model.state_dict(), checkpoint)
    with contextlib.redirect_stdout(io.StringIO()):
        manifest = paper.main([
            "--depth", str(depth), "--classes", str(CLASSES), "--checkpoint", str(checkpoint),
            "--id", f"paper-r{depth}", "--out", str(folder),
        ])  # fmt: skip

    image = torch.randn(1, 3, HEIGHT, WIDTH)
    logits, deltas = folded(model)(image)
    must_equal("logits", [tuple(x.shape) for x in logits], [(1, ANCHORS * CLASSES, *grid) for grid in GRIDS])
    must_equal("deltas", [tuple(x.shape) for x in deltas], [(1, ANCHORS * 4, *grid) for grid in GRIDS])
    difference = compare(model, manifest.with_suffix(".onnx"), image)
    least = min(float(output.std()) for output in flat((logits, deltas)))
    print(f"  {HEIGHT}x{WIDTH}: outputs deviate by {least:.2g} or more, the graph's differ by {difference:.2g}")
    if difference > TOLERANCE:
        raise SystemExit(f"the graph's outputs differ by more than {TOLERANCE}")


def reference_resnet(depth: int) -> nn.Module:
    """torchvision's, with strides in the first 1x1 convolution of a block, where they were in 2015."""
    model = getattr(torchvision.models, f"resnet{depth}")(weights=None).eval()
    for block in modules(model, Bottleneck):
        block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
        block.bn3.weight.fill_(0.2)  # keeps the sum of the blocks in range
    return model


def compare_backbones(backbone: ResNet, reference: nn.Module) -> float:
    """Gives both the same weights and one image; returns the largest difference of C3, C4 and C5."""
    theirs = zip(modules(reference, nn.Conv2d), modules(reference, nn.BatchNorm2d))
    for ours, (conv, norm) in zip(modules(backbone, ConvBN), theirs, strict=True):
        ours.weight.copy_(conv.weight)
        ours.scale.copy_(norm.weight / torch.sqrt(norm.running_var + norm.eps))
        ours.shift.copy_(norm.bias - norm.running_mean * ours.scale)
    image = torch.randn(1, 3, 224, 352)
    x = reference.layer1(reference.maxpool(reference.relu(reference.bn1(reference.conv1(image)))))
    difference = 0.0
    for stage, found in zip((reference.layer2, reference.layer3, reference.layer4), backbone(image), strict=True):
        x = stage(x)
        must_equal("backbone", found.shape, x.shape)
        difference = max(difference, float((found - x).abs().max()))
    if difference > TOLERANCE:
        raise SystemExit(f"the backbone differs from torchvision's by {difference:.2g}")
    return difference


def modules(model: nn.Module, kind: type) -> list:
    return [module for module in model.modules() if isinstance(module, kind)]


def spread(model: nn.Module) -> None:
    """Weights under which outputs differ from cell to cell: those of section 4.1 hardly do before training."""
    for subnet in (model.class_subnet, model.box_subnet):
        for conv in subnet[::2]:
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")


def must_equal(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise SystemExit(f"{what}: {found} instead of {expected}")


if __name__ == "__main__":
    main()
