"""Turns a RetinaNet of torchvision, its state dict or random weights, into a graph and a manifest.

The graph holds torchvision's own network between its transform and its post-processing; the manifest states how
those two behave in torchvision 0.15 and later.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models import WeightsEnum, detection
from torchvision.models.detection import RetinaNet

from graph import compare, export
from manifest import (
    NOBODY, SIZE, add_options, existing, positive, read_labels, shortest, sized_anchors, tell_how_to_serve,
    write_manifest,
)  # fmt: skip

PUBLISHED: dict[str, WeightsEnum] = {
    "retinanet_resnet50_fpn": detection.RetinaNet_ResNet50_FPN_Weights.COCO_V1,
    "retinanet_resnet50_fpn_v2": detection.RetinaNet_ResNet50_FPN_V2_Weights.COCO_V1,
}
COCO_IDS = 91
EPSILON = 1e-5  # PyTorch's own, of batch norm
NO_LICENCE_STATED = "not stated by torchvision; may follow from its training data, COCO 2017"


class RawHeads(nn.Module):
    """The model between its transform and its post-processing: `(1, R, K)` logits and `(1, R, 4)` deltas."""

    def __init__(self, model: RetinaNet):
        super().__init__()
        self.backbone, self.head = model.backbone, model.head

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        heads = self.head(list(self.backbone(images).values()))
        return heads["cls_logits"], heads["bbox_regression"]


def main(arguments: list[str] | None = None) -> Path:
    options = read_options(arguments)
    labels = labels_of(options)
    published = options.weights is not None and is_published(options.weights, PUBLISHED[options.model])
    model = build(options, len(labels), published)
    graph = options.out / f"{options.id}.onnx"
    heads = RawHeads(model).eval()
    outputs = {"cls_logits": {1: "rows"}, "bbox_regression": {1: "rows"}}
    export(heads, graph, torch.zeros(1, 3, 256, 320), "images", outputs)
    print(f"largest difference to PyTorch: {compare(heads, graph, torch.randn(1, 3, 224, 352)):.2g}")
    manifest = write_manifest(
        graph,
        title=title_of(options),
        licence=options.licence or (NO_LICENCE_STATED if published else "not stated"),
        labels=labels,
        metrics=metrics_of(options) if published else {},
        image="images",
        resize=shortest(options, rounding="floor"),
        antialias=False,
        outputs={"kind": "joined", "scores": "cls_logits", "deltas": "bbox_regression"},
        anchors=anchors_of(model),
        score=model.score_thresh,
        limit=model.detections_per_img,
    )
    tell_how_to_serve(manifest)
    return manifest


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=PUBLISHED, required=True)
    parser.add_argument("--weights", type=existing, help="state dict, or checkpoint of torchvision's training script")
    classes = parser.add_mutually_exclusive_group()
    classes.add_argument("--classes", type=positive, default=COCO_IDS, help="with id 0, nobody's (91: those of COCO)")
    classes.add_argument("--labels", type=existing, help="one label per line, from id 0 on, whose line is empty")
    parser.add_argument(
        "--epsilon", type=float, metavar="E",
        help="of the backbone's batch norm; torchvision's published first weights want 0, and get it (else 1e-5)",
    )  # fmt: skip
    add_options(parser)
    return parser.parse_args(arguments)


def labels_of(options: argparse.Namespace) -> list[str | None]:
    if options.labels:
        return read_labels(options.labels)
    return coco_labels() if options.classes == COCO_IDS else [None, *(f"class {n}" for n in range(1, options.classes))]


def coco_labels() -> list[str | None]:
    categories = detection.RetinaNet_ResNet50_FPN_Weights.COCO_V1.meta["categories"]
    return [None if name in NOBODY else name for name in categories]


def is_published(file: Path, weights: WeightsEnum) -> bool:
    return hashlib.sha256(file.read_bytes()).hexdigest().startswith(published_digits(weights))


def published_digits(weights: WeightsEnum) -> str:
    """The first digits of the SHA-256 of what torchvision publishes; its address ends with them."""
    return re.search(r"-([0-9a-f]{8,})\.pth$", weights.url)[1]


def metrics_of(options: argparse.Namespace) -> dict[str, float]:
    """What torchvision measured with its published weights, at the size at which it did."""
    if (options.shortest, options.longest) != SIZE:
        return {}
    measured = PUBLISHED[options.model].meta["_metrics"]["COCO-val2017"]
    return {"AP": round(measured["box_map"] / 100, 4)}


def build(options: argparse.Namespace, classes: int, published: bool) -> RetinaNet:
    torch.manual_seed(0)
    model = getattr(detection, options.model)(weights=None, weights_backbone=None, num_classes=classes).eval()
    if options.weights:
        load(model, options.weights, classes)
    else:
        print("no --weights: the weights are random", file=sys.stderr)
    # torchvision sets 0 for its first weights, which were trained before its frozen batch norm had an epsilon.
    first = published and options.model == "retinanet_resnet50_fpn"
    set_epsilon(model, options.epsilon if options.epsilon is not None else 0.0 if first else EPSILON)
    return model


def set_epsilon(model: RetinaNet, epsilon: float) -> None:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = epsilon


def load(model: RetinaNet, file: Path, classes: int) -> None:
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):  # which the training script saves beside it
            state = torch.load(file, map_location="cpu")
    except Exception as error:  # torch.load has no error of its own
        sys.exit(f"{file} cannot be read as a file of tensors alone: {error}")
    state = state.get("model", state)
    rows = state.get("head.classification_head.cls_logits.weight")
    found = 0 if rows is None else len(rows) // model.head.classification_head.num_anchors
    if found not in (0, classes):
        sys.exit(f"the weights have {found} classes, id 0 included: give --classes {found}, or as many labels")
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        sys.exit(f"the weights are not of this model: {error}")


def title_of(options: argparse.Namespace) -> str:
    version = " v2" if options.model.endswith("_v2") else ""
    title = f"torchvision's RetinaNet{version}, ResNet-50 FPN, {options.shortest} px"
    return title if options.weights else f"{title}, random weights"


def anchors_of(model: RetinaNet) -> dict:
    """torchvision's default anchors: corners rounded, around a cell's top left corner."""
    generator = model.anchor_generator
    sizes = [list(level) for level in generator.sizes]
    ratios = list(generator.aspect_ratios[0])
    return sized_anchors(sizes, ratios, rounding="half-even", centre=0, strides="floor-input-over-grid")


if __name__ == "__main__":
    main()
