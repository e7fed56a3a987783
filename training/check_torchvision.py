"""Checks `import_torchvision.py` against torchvision itself, with random weights that find something.

For both models: the exported graph against torchvision's heads, and the command line's detections of two pictures
against torchvision's. What ought to differ, the wrong epsilon and anchors half a stride away, must differ.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.models import WeightsEnum, detection
from torchvision.models.detection import RetinaNet
from torchvision.models.resnet import Bottleneck

import import_torchvision
from graph import TOLERANCE, compare
from import_torchvision import EPSILON, PUBLISHED, RawHeads, set_epsilon
from manifest import SIZE, positive

ROOT = Path(__file__).resolve().parents[1]
PICTURES = [ROOT / "tests/parity/goldens/torchvision" / name for name in ("640x480.png", "1000x300.png")]
SMALL = (256, 426)  # as the engine may be WebAssembly

PUBLISHED_AP = {"retinanet_resnet50_fpn": 0.364, "retinanet_resnet50_fpn_v2": 0.415}  # on COCO val2017

LOGIT_MEAN, LOGIT_SPREAD = -7.4, 1.2  # puts some hundred logits of a picture above the threshold
DELTA_SPREAD = 0.04  # moves a box by a fraction of a cell, so that neighbours overlap
BACKBONE_GAIN = 0.01  # makes variances small, so that batch norm's epsilon matters
RESIDUAL_GAIN = 0.2  # of each block: 16 random blocks at 1 would turn float noise into differences
SILENT = -30.0

SAME_SCORE, SAME_BOX = 1e-3, 0.5  # a box in pixels of the source
MOST_UNPAIRED = 0.01  # of the detections: float noise may turn a close decision


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="keep the files here (1.2 GB)")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--full", action="store_true", help="at 800 px instead of %d" % SMALL[0])
    parser.add_argument("pictures", nargs="*", type=Path, default=PICTURES, help="PNG; two of the goldens if left out")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        for name in PUBLISHED:
            print(name, flush=True)
            check(name, options.out or Path(folder), options.pictures, SIZE if options.full else SMALL)


def check(name: str, folder: Path, pictures: list[Path], size: tuple[int, int]) -> None:
    """Stops at what differs.

    1. Weights that torchvision, and the importer, take for the published ones; the epsilon is torchvision's.
    2. Heads of each picture.
    3. Detections of each picture.
    4. What must differ.
    """
    folder.mkdir(parents=True, exist_ok=True)
    images = [read(picture) for picture in pictures]
    weights = folder / f"{name}.pth"
    epsilon = epsilon_of(name, size)
    torch.save(random_weights(name, images[0], size, epsilon), weights)
    model = as_published(name, torch.load(weights), size)
    digits = hashlib.sha256(weights.read_bytes()).hexdigest()[:8]
    with mock.patch.object(import_torchvision, "published_digits", lambda _: digits):
        manifest = import_model(name, weights, folder, f"{name}-check", size)
        full = import_model(name, weights, folder, f"{name}-metrics", SIZE)
    metrics = [json.loads(each.read_text())["metrics"] for each in (manifest, full)]
    if metrics != [{"AP": PUBLISHED_AP[name]} if each == SIZE else {} for each in (size, SIZE)]:
        sys.exit("the published weights must have metrics at 800 px and at no other size")

    for picture, image in zip(pictures, images):
        tensor = model.transform([image])[0].tensors
        difference = compare(RawHeads(model), manifest.with_suffix(".onnx"), tensor)
        print(f"  {picture.name}, {tensor.shape[3]}x{tensor.shape[2]}: heads differ by {difference:.2g}", flush=True)
        if difference > TOLERANCE:
            sys.exit(f"heads differ by more than {TOLERANCE}")

    with torch.no_grad():
        expected = [model([image])[0] for image in images]
    for picture, one, other in zip(pictures, expected, detect(manifest, pictures), strict=True):
        unpaired, score, box = differences(one, other)
        print(
            f"  {picture.name}: {len(one['scores'])} detections of {len(one['labels'].unique())} classes, {unpaired}"
            f" without a partner, scores differ by {score:.2g}, boxes by {box:.2g} px", flush=True,
        )  # fmt: skip
        if len(one["scores"]) == 0 or unpaired > MOST_UNPAIRED * len(one["scores"]):
            sys.exit(f"detections of {picture} differ from torchvision's")

    moved = detect(twin_of(manifest), pictures[:1])[0]
    if differences(expected[0], moved)[0] < len(expected[0]["scores"]) / 2:
        sys.exit("anchors half a stride away make no difference")
    if import_torchvision.is_published(weights, PUBLISHED[name]):
        sys.exit("random weights are taken for the published ones")
    other = import_model(name, weights, folder, f"{name}-other", size)
    if epsilon != EPSILON and not differs(model, other.with_suffix(".onnx"), images[0]):
        sys.exit("the wrong epsilon makes no difference")


# The model.


def epsilon_of(name: str, size: tuple[int, int]) -> float:
    """The epsilon with which torchvision takes its published weights."""
    model = new_model(name, size, weights=None, weights_backbone=None)
    return as_published(name, model.state_dict(), size).backbone.body.bn1.eps


def random_weights(name: str, image: Tensor, size: tuple[int, int], epsilon: float) -> dict[str, Tensor]:
    torch.manual_seed(0)
    model = new_model(name, size, weights=None, weights_backbone=None)
    set_epsilon(model, epsilon)
    set_weights(model, image)
    return model.state_dict()


def as_published(name: str, state: dict[str, Tensor], size: tuple[int, int]) -> RetinaNet:
    """torchvision's own way to its published weights, but for where they come from."""
    with mock.patch.object(WeightsEnum, "get_state_dict", lambda self, **settings: state):
        return new_model(name, size, weights=PUBLISHED[name])


def new_model(name: str, size: tuple[int, int], **settings: object) -> RetinaNet:
    return getattr(detection, name)(min_size=size[0], max_size=size[1], **settings).eval()


@torch.no_grad()
def set_weights(model: RetinaNet, image: Tensor) -> None:
    """Random weights that give scores above the threshold, P3 to P5 at least.

    1. Let batch norm learn the image's statistics.
    2. Let the anchors of a cell nearly agree on the class, so that NMS has work.
    3. Standardise the output of every convolution that no norm follows.
    4. Set the range of logits and deltas; silence ids that nobody has.
    """
    convs = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    for conv in convs:
        nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    for module in model.backbone.body.modules():
        if isinstance(module, nn.Conv2d):
            module.weight *= BACKBONE_GAIN
        if isinstance(module, Bottleneck):
            module.bn3.weight.fill_(RESIDUAL_GAIN)
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all runs, of which there is one
            module.train()
    model([image])
    model.eval()

    logits, deltas = model.head.classification_head.cls_logits, model.head.regression_head.bbox_reg
    by_anchor = logits.weight.view(model.head.classification_head.num_anchors, -1, *logits.weight.shape[1:])
    by_anchor += 4 * by_anchor[:1].clone()

    hooks = [conv.register_forward_hook(standardise()) for conv in convs if conv.bias is not None]
    model([image])
    for hook in hooks:
        hook.remove()

    logits.weight *= LOGIT_SPREAD
    logits.bias.mul_(LOGIT_SPREAD).add_(LOGIT_MEAN)
    nobody = [label is None for label in import_torchvision.coco_labels()]
    by_anchor[:, nobody] = 0
    logits.bias.view(-1, len(nobody))[:, nobody] = SILENT
    deltas.weight *= DELTA_SPREAD
    deltas.bias *= DELTA_SPREAD


def standardise():
    """A hook that corrects a convolution at its first call: mean 0 and deviation 1 per channel."""
    corrected = []

    def hook(conv: nn.Conv2d, _inputs: tuple, output: Tensor) -> Tensor:
        if corrected:
            return output
        corrected.append(conv)
        scale = 1 / output.std((0, 2, 3)).clamp(min=1e-6)
        shift = -output.mean((0, 2, 3)) * scale
        conv.weight *= scale[:, None, None, None]
        conv.bias.mul_(scale).add_(shift)
        return output * scale[:, None, None] + shift[:, None, None]

    return hook


# The imported model.


def import_model(name: str, weights: Path, folder: Path, model_id: str, size: tuple[int, int]) -> Path:
    arguments = [
        "--model", name, "--weights", str(weights), "--id", model_id, "--out", str(folder),
        "--shortest", str(size[0]), "--longest", str(size[1]),
    ]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        return import_torchvision.main(arguments)


def twin_of(manifest: Path) -> Path:
    """The same but for anchors in the middle of their cells."""
    wrong = json.loads(manifest.read_text())
    wrong["id"] = f"{manifest.stem}-twin"
    wrong["anchors"]["centre"] = 0.5
    twin = manifest.with_name(f"{wrong['id']}.json")
    twin.write_text(json.dumps(wrong))
    return twin


def differs(model: RetinaNet, graph: Path, image: Tensor) -> bool:
    try:
        return compare(RawHeads(model), graph, model.transform([image])[0].tensors) > TOLERANCE
    except SystemExit:
        return True


def detect(manifest: Path, pictures: list[Path]) -> list[dict]:
    """The command line's detections, as torchvision puts out its own."""
    files = [picture.resolve() for picture in pictures]
    command = ["deno", "task", "--quiet", "detect", "--model", manifest.resolve(), "--json", *files]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    found = [json.loads(line)["detections"] for line in lines]
    return [
        {
            "labels": torch.tensor([row["classId"] for row in rows], dtype=torch.int64),
            "scores": torch.tensor([row["score"] for row in rows]),
            "boxes": torch.tensor([list(row["box"].values()) for row in rows]).reshape(-1, 4),
        }
        for rows in found
    ]


def differences(one: dict, other: dict) -> tuple[int, float, float]:
    """How many detections of either have no partner in the other; the pairs' largest difference of score and box."""
    if min(len(one["scores"]), len(other["scores"])) == 0:
        return max(len(one["scores"]), len(other["scores"])), 0.0, 0.0
    scores = (one["scores"][:, None] - other["scores"]).abs()
    edges = (one["boxes"][:, None] - other["boxes"]).abs().amax(2)
    partners = (one["labels"][:, None] == other["labels"]) & (scores < SAME_SCORE) & (edges < SAME_BOX)
    unpaired = int((~partners.any(1)).sum() + (~partners.any(0)).sum())
    nearest = edges.masked_fill(~partners, torch.inf).argmin(1)
    rows = torch.nonzero(partners.any(1)).squeeze(1)
    columns = nearest[rows]
    if len(rows) == 0:
        return unpaired, 0.0, 0.0
    return unpaired, float(scores[rows, columns].max()), float(edges[rows, columns].max())


def read(picture: Path) -> Tensor:
    """`(3, H, W)` from 0 to 1."""
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255


if __name__ == "__main__":
    main()
