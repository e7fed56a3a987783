"""Writes torchvision's own detections of drawn pictures, by a small random RetinaNet as its v2 builds one.

Run it with torch 2.9, torchvision 0.24, the reference, onnx and pillow:

    python tests/parity/make/torchvision_v2_retinanet.py

It writes into tests/parity/goldens/torchvision-v2/ what torchvision_retinanet.py writes for torchvision 0.14. What sets
the two apart, in torchvision 0.24:

    retinanet.py `retinanet_resnet50_fpn_v2`    groups are normalised in the heads; P6 comes from C5, not from P5; the
                                                boxes are trained by GIoU, and decoded as before
    transform.py `_resize_image_and_masks`      outside of scripts and traces the scale is one of Python's own floats:
                                                61 rows become 800, and 799 in torchvision 0.14

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.
"""

import sys
import warnings
from collections import OrderedDict
from functools import partial

import numpy as np
import onnx
import torch
from torch import nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.retinanet import RetinaNetHead, _default_anchorgen
from torchvision.ops import Conv2dNormActivation
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from golden import draw, standardise, to_tensor
from torchvision_retinanet import CLASSES, VERSION, Family, export, make, read_options

FAMILY = Family(
    name="torchvision-v2",
    scale="float64",
    twins=[
        {"claim": "the scale of torchvision 0.14", "property": "resize.scale", "value": "float32-reciprocal"},
        {"claim": "anchors not rounded", "property": "anchors.rounding", "value": "none"},
        {"claim": "strides as they are named", "property": "anchors.strides", "value": "nominal"},
        {"claim": "sizes varying slowest", "property": "anchors.order", "value": "size-ratio"},
        {"claim": "boxes not clipped before NMS", "property": "postprocess.clip", "value": "none"},
    ],
    # All of a size that 0.14 would resize otherwise; two shrink.
    pictures={
        (500, 375): (40, 13), (375, 500): (35, 33), (1180, 867): (20, 13), (333, 500): (12, 12), (1500, 331): (60, 10),
        (97, 61): (5, 24),
    },
    noise=1.2e-5,  # of eight normalised layers
)  # fmt: skip

# C5 is wider than the pyramid, as in a ResNet, so that P6 is made from it. 32 groups would need wider heads than fit.
C5, CHANNELS, GROUPS = 16, 12, 4
LOGIT_MEAN, LOGIT_SPREAD = -7.7, 1.4
SHIFTS = [27, 3, 46, 9, 5]  # seeds by which every level, P3 first, has some scores, but none thousands
DELTA_SPREAD = 0.06
BEYOND_CLAMP = 4.6  # exp(4.6) = 99 is more than the 1000 / 16 to which dw and dh are clamped


def main() -> None:
    options = read_options(__doc__)
    if not VERSION.startswith("0.24."):
        sys.exit(f"torchvision 0.24 is the reference, this is {VERSION}")
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    model = build_model()
    make(FAMILY, model, shorten_names(export(model, dynamo=False)), options)


def build_model() -> RetinaNet:
    """As `retinanet_resnet50_fpn_v2`, on one convolution per stride."""
    widths = [3, 8, 8, CHANNELS, CHANNELS, C5]
    body = OrderedDict()
    for i in range(1, 6):
        body[f"c{i}"] = Conv2dNormActivation(widths[i - 1], widths[i], stride=2, norm_layer=None)
    levels = {"c3": "p3", "c4": "p4", "c5": "p5"}
    top = LastLevelP6P7(C5, CHANNELS)
    backbone = BackboneWithFPN(nn.Sequential(body), levels, widths[3:], CHANNELS, extra_blocks=top)
    anchors = _default_anchorgen()
    head = RetinaNetHead(
        CHANNELS, anchors.num_anchors_per_location()[0], CLASSES, norm_layer=partial(nn.GroupNorm, GROUPS)
    )
    head.regression_head._loss_type = "giou"
    model = RetinaNet(backbone, CLASSES, anchor_generator=anchors, head=head).eval()
    set_weights(model)
    return model


@torch.no_grad()
def set_weights(model: RetinaNet) -> None:
    """Random weights, drawn and standardised as in torchvision_retinanet.py.

    No gain gives a level more scores here, as the heads normalise each by itself. What passes is by how much the
    channels of one group differ: so each level's channels are shifted.
    """
    random = np.random.RandomState(1)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            smooth = random.standard_normal((*module.weight.shape[:2], 1, 1))
            module.weight.copy_(torch.from_numpy(smooth + 2 * random.standard_normal(module.weight.shape)))
            module.weight /= module.weight[0].numel() ** 0.5
        if isinstance(module, nn.GroupNorm):
            module.weight.copy_(torch.from_numpy(random.randint(12, 21, module.num_channels) / 16))
            module.bias.copy_(torch.from_numpy(random.randint(-4, 5, module.num_channels) / 16))

    logits, deltas = model.head.classification_head.cls_logits, model.head.regression_head.bbox_reg
    by_anchor = logits.weight.view(-1, CLASSES, CHANNELS, 3, 3)
    by_anchor += 4 * by_anchor[:1].clone()

    biased = [module for module in model.modules() if isinstance(module, nn.Conv2d) and module.bias is not None]
    for conv in biased:
        conv.bias.zero_()
    hooks = [conv.register_forward_hook(standardise()) for conv in biased]
    model([to_tensor(draw(640, 480, shapes=60, seed=0))])
    for hook in hooks:
        hook.remove()

    fpn = model.backbone.fpn
    tops = [*(block[0] for block in fpn.layer_blocks), fpn.extra_blocks.p6, fpn.extra_blocks.p7]
    for conv, seed in zip(tops, SHIFTS):
        conv.bias += torch.from_numpy(np.random.RandomState(seed).randint(-2, 3, CHANNELS))
    logits.weight *= LOGIT_SPREAD
    logits.bias.mul_(LOGIT_SPREAD).add_(LOGIT_MEAN)
    logits.bias.view(-1, CLASSES)[:, 0] = -30
    deltas.weight *= DELTA_SPREAD
    deltas.bias *= DELTA_SPREAD
    deltas.bias.view(-1, 4)[0, 3] = BEYOND_CLAMP  # the smallest wide anchor: dh
    deltas.bias.view(-1, 4)[6, 2] = BEYOND_CLAMP  # the smallest tall anchor: dw


def shorten_names(graph: bytes) -> bytes:
    """Names of nodes and inner values are a third of the file, and no runtime needs them."""
    model = onnx.load_from_string(graph)
    kept = {"": "", **{value.name: value.name for value in [*model.graph.input, *model.graph.output]}}
    for node in model.graph.node:
        node.ClearField("name")
        for names in (node.input, node.output):
            names[:] = [kept.setdefault(name, f"v{len(kept)}") for name in names]
    for tensor in model.graph.initializer:
        tensor.name = kept[tensor.name]
    return model.SerializeToString()


if __name__ == "__main__":
    main()
