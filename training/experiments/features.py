"""Features of a frozen pyramid, computed once, so that an experiment trains only what follows it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

import fpnlite
from anchors import STRIDES
from data import Photos
from separable import SeparableRetinaNet, twice

SIDE = 192  # of the square that contains each photo, padded at the right and the bottom
GRIDS = [(-(-SIDE // stride), -(-SIDE // stride)) for stride in STRIDES]
BATCH = 16


class FrozenPyramid(nn.Module):
    """Backbone and pyramid of the COCO detector: image to P3-P7. P5 is not smoothed, as there."""

    def __init__(self, start: Path | None):
        """Reads the weights of the COCO detector. `start` None: random weights."""
        super().__init__()
        model = SeparableRetinaNet(classes=1)
        if start:
            fpnlite.load_features(model, fpnlite.read(start))
        self.backbone, self.pyramid = model.backbone, model.pyramid
        self.eval().to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> list[Tensor]:
        pyramid = self.pyramid
        c3, c4, p5 = (conv(c) for conv, c in zip(pyramid.lateral, self.backbone(x)))
        p4 = pyramid.smooth[1](c4 + twice(p5))
        p6 = pyramid.p6(p5)
        return [pyramid.smooth[0](c3 + twice(p4)), p4, p5, p6, pyramid.p7(p6)]


def features_of(photos: Photos, pyramid: FrozenPyramid, file: Path) -> dict:
    """Returns P3-P7 of the photos, `(M, C, H, W)` in half precision, and their boxes and classes.

    The result is read from `file` if that exists.
    """
    if not file.exists():
        compute(photos, pyramid, file)
    return torch.load(file, mmap=True)


@torch.no_grad()
def compute(photos: Photos, pyramid: FrozenPyramid, file: Path) -> None:
    """Writes the features of all photos to `file`."""
    parts: list[list[Tensor]] = [[] for _ in STRIDES]
    for first in range(0, len(photos), BATCH):
        served = [photos.served(n, SIDE, SIDE) for n in range(first, min(first + BATCH, len(photos)))]
        images = torch.stack([image for image, _ in served]).contiguous(memory_format=torch.channels_last)
        for part, level in zip(parts, pyramid(images)):
            part.append(level.half().contiguous())
    boxes = [boxes_of(photos, n) for n in range(len(photos))]
    classes = [torch.from_numpy(rows[:, 4]).long() for _, rows in photos.items]
    file.parent.mkdir(parents=True, exist_ok=True)
    result = {"levels": [torch.cat(part) for part in parts], "boxes": boxes, "classes": classes}
    torch.save(result, file.with_suffix(".part"))
    file.with_suffix(".part").replace(file)


def boxes_of(photos: Photos, index: int) -> Tensor:
    """Returns the boxes of a photo in pixels of the square, `(G, 4)` xyxy."""
    return (torch.from_numpy(photos.items[index][1][:, :4]) * torch.tensor(scale_of(photos, index) * 2)).float()


def scale_of(photos: Photos, index: int) -> tuple[float, float]:
    """Returns the scale of x and y from the photo to the square, as `Photos.served` does."""
    image = photos.images[index]
    scale = SIDE / max(image["width"], image["height"])
    return tuple(max(1, int(image[side] * scale + 0.5)) / image[side] for side in ("width", "height"))
