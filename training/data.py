"""Photos of a COCO-format folder, kept decoded in memory, with the augmentation of the recipe."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet; a network may have its own
COLOUR = 0.35  # brightness, contrast and saturation move by at most this share
STRETCH = (0.85, 1.18)  # of the aspect ratio
LEAST_VISIBLE = 0.25  # a box cut below this share of its area is left out
HELD_OUT = 10  # one photo in so many is kept out of training, for choosing settings


@dataclass(frozen=True)
class Augmentation:
    """Zoom, relative to the size at which the photo just fits, and the share of mosaics of four photos."""

    zoom: tuple[float, float]
    mosaic: float


STRONG = Augmentation(zoom=(0.5, 1.8), mosaic=0.5)
GENTLE = Augmentation(zoom=(0.8, 1.3), mosaic=0.0)  # nearer to what the model is served

Sample = tuple[Tensor, Tensor, Tensor]  # (3, size, size) normalised, (G, 4) input pixels, (G,) classes


class Photos:
    """Photos of `train.json`, with their boxes (xyxy, source pixels) and class indices.

    `part` is "training" (nine tenths), "held-out" (a tenth, the same in every run) or "all".
    """

    def __init__(self, folder: Path, part: str, mean: tuple = MEAN, std: tuple = STD):
        self.truth = json.loads((folder / "train.json").read_text())
        self.labels = [c["name"] for c in sorted(self.truth["categories"], key=lambda c: c["id"])]
        self.category_ids = sorted(c["id"] for c in self.truth["categories"])
        self.mean, self.std = mean, std
        self.fill = tuple(round(255 * m) for m in mean)  # 0 after normalising, like the padding of a served image
        objects: dict[int, list] = {image["id"]: [] for image in self.truth["images"]}
        for a in self.truth["annotations"]:
            x, y, w, h = a["bbox"]
            if not a.get("iscrowd") and w > 1 and h > 1:
                objects[a["image_id"]].append((x, y, x + w, y + h, self.category_ids.index(a["category_id"])))
        self.images = [image for image in self.truth["images"] if belongs(image["id"], part)]
        self.items = [(decode(folder / "images" / "train", image), rows_of(objects[image["id"]])) for image in self.images]

    def __len__(self) -> int:
        return len(self.items)

    def augmented(self, index: int, size: int, how: Augmentation) -> Sample:
        """One photo, or a mosaic of it and three random others, flipped and recoloured."""
        if random.random() < how.mosaic:
            others = random.choices(range(len(self.items)), k=3)
            photo, rows = self.mosaic([index, *others], size, how)
        else:
            photo, rows = self.placed(index, size, how)
        if random.random() < 0.5:
            photo = np.ascontiguousarray(photo[:, ::-1])
            rows = np.concatenate((size - rows[:, 2:3], rows[:, 1:2], size - rows[:, :1], rows[:, 3:]), axis=1)
        image = jitter_colour(torch.from_numpy(photo).permute(2, 0, 1).float() / 255)
        return self.normalised(image), torch.from_numpy(rows[:, :4]).float(), torch.from_numpy(rows[:, 4]).long()

    def placed(self, index: int, size: int, how: Augmentation) -> tuple[np.ndarray, np.ndarray]:
        photo, rows = self.items[index]
        placed, boxes = place(Image.fromarray(photo), rows[:, :4], size, how.zoom, self.fill)
        inside = boxes.clip(0, size)
        shares = area(inside) / np.maximum(area(boxes), 1e-6)
        kept = (shares >= LEAST_VISIBLE) & ((inside[:, 2:] - inside[:, :2]) > 2).all(axis=1)
        return placed, np.concatenate((inside[kept], rows[kept, 4:]), axis=1)

    def mosaic(self, indices: list[int], size: int, how: Augmentation) -> tuple[np.ndarray, np.ndarray]:
        """Four photos at half the size, two by two."""
        half, canvas, found = size // 2, np.empty((size, size, 3), np.uint8), []
        for number, index in enumerate(indices):
            x, y = number % 2 * half, number // 2 * half
            part, rows = self.placed(index, half, how)
            canvas[y : y + half, x : x + half] = part
            found.append(rows + np.array((x, y, x, y, 0)))
        return canvas, np.concatenate(found)

    def served(self, index: int, size: int, multiple: int) -> tuple[Tensor, tuple[float, float]]:
        """`(3, H, W)` as the server prepares it: fitted, padded at the right and the bottom; and the scale of x and y."""
        photo = Image.fromarray(self.items[index][0])
        scale = size / max(photo.size)
        w, h = (max(1, int(n * scale + 0.5)) for n in photo.size)
        canvas = np.empty((-(-h // multiple) * multiple, -(-w // multiple) * multiple, 3), np.uint8)
        canvas[:] = self.fill
        canvas[:h, :w] = np.asarray(photo.resize((w, h), Image.BILINEAR))
        image = self.normalised(torch.from_numpy(canvas).permute(2, 0, 1).float() / 255)
        return image, (w / photo.width, h / photo.height)

    def normalised(self, image: Tensor) -> Tensor:
        return (image - torch.tensor(self.mean)[:, None, None]) / torch.tensor(self.std)[:, None, None]


def belongs(image_id: int, part: str) -> bool:
    """True if a photo is of this part. A hash of its id decides, so that the tenth stays the same for ever."""
    held_out = int.from_bytes(hashlib.sha256(str(image_id).encode()).digest()[:8], "big") % HELD_OUT == 0
    return {"all": True, "training": not held_out, "held-out": held_out}[part]


def decode(folder: Path, image: dict) -> np.ndarray:
    """Upright pixels, as the server sees them; the boxes must be those of the upright photo."""
    photo = ImageOps.exif_transpose(Image.open(folder / image["file_name"])).convert("RGB")
    if photo.size != (image["width"], image["height"]):
        stated = f"{image['width']}x{image['height']}"
        sys.exit(f"Cannot use {image['file_name']}: it is {photo.width}x{photo.height}, train.json says {stated}")
    return np.asarray(photo)


def rows_of(objects: list) -> np.ndarray:
    return np.array(objects, dtype=np.float64).reshape(-1, 5)


def area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def place(
    photo: Image.Image, boxes: np.ndarray, size: int, zoom: tuple[float, float], fill: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Scales by a random zoom and stretch, then cuts or pads to a square at a random place."""
    stretch = random.uniform(*STRETCH) ** 0.5
    fit = size / max(photo.size) * random.uniform(*zoom)
    sx, sy = fit * stretch, fit / stretch
    w, h = max(1, round(photo.width * sx)), max(1, round(photo.height * sy))
    # Corner of the square in the scaled photo; negative where there is room to pad.
    x0, y0 = (round(random.uniform(min(0, n - size), max(0, n - size))) for n in (w, h))
    left, top, right, bottom = max(0, x0), max(0, y0), min(w, x0 + size), min(h, y0 + size)
    part = photo.resize(
        (right - left, bottom - top), Image.BILINEAR, box=(left * photo.width / w, top * photo.height / h,
                                                          right * photo.width / w, bottom * photo.height / h)
    )  # fmt: skip
    canvas = np.empty((size, size, 3), np.uint8)
    canvas[:] = fill
    canvas[top - y0 : bottom - y0, left - x0 : right - x0] = np.asarray(part)
    scaled = boxes * np.array((w / photo.width, h / photo.height) * 2)
    return canvas, scaled - np.array((x0, y0, x0, y0))


def jitter_colour(image: Tensor) -> Tensor:
    """Brightness, contrast and saturation, each by its own random share."""
    brightness, contrast, saturation = (random.uniform(1 - COLOUR, 1 + COLOUR) for _ in range(3))
    image = image * brightness
    image = torch.lerp(image.mean(), image, contrast)
    image = torch.lerp(image.mean(dim=0, keepdim=True), image, saturation)
    return image.clamp(0, 1)
