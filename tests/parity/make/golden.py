"""What every script that writes goldens shares: drawn pictures, random weights, files.

A golden folder, tests/parity/goldens/FAMILY/, holds

    model.onnx     a small random network with the heads of the family's export
    manifest.json  how it behaves
    WxH.png        a drawn picture, 8-bit RGB
    WxH.json       the framework's own detections of it, best first; boxes are xyxy in source pixels
    twins.json     properties of the manifest with a value that must make every golden fail
"""

import io
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

GOLDENS = Path(__file__).resolve().parents[1] / "goldens"


def draw(width: int, height: int, shapes: int, seed: int) -> np.ndarray:
    """Ramps of colour under rectangles and ellipses; flat areas would give equal scores."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    slopes = random.randint(2, 6, (3, 2))  # pixels per grey level: rows repeat, which keeps the PNG small
    ramps = np.stack([x // a + y // b for a, b in slopes], axis=2)
    picture = abs((ramps + random.randint(0, 120, 3)) % 120 - 60) + 98
    for _ in range(shapes):
        centre_x, centre_y = random.randint(width), random.randint(height)
        radius_x, radius_y = np.exp(random.uniform(np.log(3), np.log(min(width, height) / 2), 2))
        u, v = abs(x - centre_x) / radius_x, abs(y - centre_y) / radius_y
        inside = np.maximum(u, v) < 1 if random.rand() < 0.5 else u * u + v * v < 1
        picture[inside] += random.randint(-80, 81, 3)
    return picture.clip(0, 255).astype(np.uint8)


def to_tensor(picture: np.ndarray) -> Tensor:
    """`(H, W, 3)` bytes to `(3, H, W)` from 0 to 1."""
    return torch.from_numpy(picture).permute(2, 0, 1).float() / 255


def standardise():
    """A hook that corrects a convolution at its first call.

    Corrections are rounded to sixteenths, so that every version and machine finds the same weights.
    """
    corrected = []

    def hook(conv: nn.Conv2d, _inputs: tuple, output: Tensor) -> Tensor:
        if corrected:
            return output
        corrected.append(conv)
        scale = (16 / output.std((0, 2, 3))).round().clamp(min=1) / 16
        shift = (-16 * output.mean((0, 2, 3)) * scale).round() / 16
        conv.weight *= scale[:, None, None, None]
        conv.bias.copy_(shift)
        return output * scale[:, None, None] + shift[:, None, None]

    return hook


def agree(one: dict, other: dict) -> bool:
    """Whether both hold the same detections in the same order, but for rounding."""
    return torch.equal(one["labels"], other["labels"]) and all(
        torch.allclose(one[key].double(), other[key].double(), rtol=0, atol=tolerance)
        for key, tolerance in (("scores", 1e-4), ("boxes", 0.25))
    )


def encode_png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", optimize=True)
    return file.getvalue()


def encode_json(golden: dict) -> bytes:
    """One detection per line, so that a change reads well."""
    head = {key: value for key, value in golden.items() if key != "detections"}
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in golden["detections"])
    return f'{json.dumps(head)[:-1]}, "detections": [\n{rows}\n]}}\n'.encode()


def same(name: str, one: bytes, other: bytes) -> bool:
    """Detections are compared as numbers, as their last digits move with the number of threads."""
    if not name.endswith(".json"):
        return one == other
    old, new = json.loads(one), json.loads(other)
    heads_equal = all(old[key] == new[key] for key in new if key != "detections")
    return heads_equal and agree(columns_of(old), columns_of(new))


def columns_of(golden: dict) -> dict:
    columns = {"labels": "label", "scores": "score", "boxes": "box"}
    return {name: torch.tensor([row[key] for row in golden["detections"]]) for name, key in columns.items()}


def put(name: str, content: bytes, accept: bool) -> str:
    """Writes `FAMILY/FILE` if it is new, or differs and may be rewritten; returns the verdict."""
    file = GOLDENS / name
    verdict = "new" if not file.exists() else "same" if same(name, file.read_bytes(), content) else "differs"
    if verdict == "new" or (verdict == "differs" and accept):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        verdict = "written"
    print(f"  {name}: {verdict}, {len(content)} bytes")
    return verdict


def put_settings(name: str, settings, accept: bool) -> str:
    """`put` for a manifest or its twins, which are compared as they are."""
    content = f"{json.dumps(settings, indent=2, ensure_ascii=False)}\n".encode()
    file = GOLDENS / name
    if file.exists() and json.loads(file.read_bytes()) == json.loads(content):
        verdict = "same"
    elif file.exists() and not accept:
        verdict = "differs"
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        verdict = "written"
    print(f"  {name}: {verdict}, {len(content)} bytes")
    return verdict


class LevelHeads(nn.Module):
    """A small pyramid: images to the logits `(1, A·K, H, W)` and deltas `(1, A·4, H, W)` of P3 to P7.

    Their sides must divide by 32.
    """

    def __init__(self, anchors: int, classes: int, channels: int):
        super().__init__()
        widths = [3, 8, 8, channels, channels, channels]
        self.body = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in zip(widths, widths[1:]))
        self.laterals = nn.ModuleList(nn.Conv2d(channels, channels, 1) for _ in range(3))
        self.smooth = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))
        self.top = nn.ModuleList(nn.Conv2d(channels, channels, 3, stride=2, padding=1) for _ in range(2))
        self.towers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.logits = nn.Conv2d(channels, anchors * classes, 3, padding=1)
        self.deltas = nn.Conv2d(channels, anchors * 4, 3, padding=1)
        self.anchors, self.classes = anchors, classes

    def forward(self, images: Tensor) -> tuple:
        stages = [images]
        for conv in self.body:
            stages.append(conv(stages[-1]).relu())
        merged = [lateral(stage) for lateral, stage in zip(self.laterals, stages[3:])]
        for i in (1, 0):
            merged[i] = merged[i] + nn.functional.interpolate(merged[i + 1], scale_factor=2.0)
        levels = [smooth(level) for smooth, level in zip(self.smooth, merged)]
        levels.append(self.top[0](stages[-1]))
        levels.append(self.top[1](levels[-1].relu()))
        towers = [[tower(level.relu()).relu() for level in levels] for tower in self.towers]
        return [self.logits(x) for x in towers[0]], [self.deltas(x) for x in towers[1]]

    @torch.no_grad()
    def set_weights(self, seed: int, image: Tensor, logits: tuple, delta_spread: float, gains: tuple) -> None:
        """Random weights that give every level scores.

        1. Draw them, from numpy, as its generator is the same in every version; let the first look at edges, for the
           most part, as flat colours differ too much from picture to picture.
        2. Let the anchors of a cell nearly agree on the class, so that NMS has work.
        3. Standardise every convolution's output on one image.
        4. Set mean and spread of the logits, the spread of the deltas, and what each level gains.
        """
        random = np.random.RandomState(seed)
        convs = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        for conv in convs:
            smooth = random.standard_normal((*conv.weight.shape[:2], 1, 1))
            conv.weight.copy_(torch.from_numpy(smooth + 2 * random.standard_normal(conv.weight.shape)))
            conv.weight /= conv.weight[0].numel() ** 0.5
            conv.bias.zero_()
        first = self.body[0].weight
        first -= 0.9 * first.mean((1, 2, 3), keepdim=True)
        by_anchor = self.logits.weight.view(self.anchors, self.classes, -1)
        by_anchor += 4 * by_anchor[:1].clone()

        hooks = [conv.register_forward_hook(standardise()) for conv in convs]
        self(image[None])
        for hook in hooks:
            hook.remove()

        mean, spread = logits
        for conv, gain in ((self.logits, spread), (self.deltas, delta_spread), *zip([*self.smooth, *self.top], gains)):
            conv.weight *= gain
            conv.bias *= gain
        self.logits.bias += mean
