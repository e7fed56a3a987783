"""COCO-format pictures, kept decoded in memory, with the augmentation of the recipe."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FILL = tuple(round(255 * m) for m in MEAN)  # black after normalising
ZOOM = (0.55, 1.7)  # of the size at which the picture just fits
GENTLE_ZOOM = (0.8, 1.3)  # for settling: nearer to what the model is served
STRETCH = (0.85, 1.18)  # of the aspect ratio
COLOUR = 0.35  # brightness, contrast and saturation move by at most this share
LEAST_VISIBLE = 0.25  # a box cut below this share of its area is left out


class Pictures:
    """Every picture of an annotation file, with its boxes (xyxy, source pixels) and class indices."""

    def __init__(self, folder: Path, holdout: str = "none"):
        truth = json.loads((folder / "train.json").read_text())
        self.labels = [c["name"] for c in sorted(truth["categories"], key=lambda c: c["id"])]
        index_of = {c["id"]: self.labels.index(c["name"]) for c in truth["categories"]}
        objects: dict[int, list] = {image["id"]: [] for image in truth["images"]}
        for a in truth["annotations"]:
            x, y, w, h = a["bbox"]
            if not a["iscrowd"] and w > 1 and h > 1:
                objects[a["image_id"]].append((x, y, x + w, y + h, index_of[a["category_id"]]))
        chosen = [image for image in truth["images"] if keeps(image["id"], holdout)]
        self.items = [(decode(folder / "images" / "train" / i["file_name"]), rows_of(objects[i["id"]])) for i in chosen]

    def __len__(self) -> int:
        return len(self.items)

    def augmented(self, index: int, size: int, zoom: tuple[float, float] = ZOOM) -> tuple[Tensor, Tensor, Tensor]:
        """`(3, size, size)` normalised, `(G, 4)` input pixels, `(G,)` classes."""
        picture, rows = self.items[index]
        picture, boxes = place(Image.fromarray(picture), rows[:, :4], size, zoom)
        if random.random() < 0.5:
            picture = np.ascontiguousarray(picture[:, ::-1])
            boxes = np.stack((size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]), axis=1)
        inside = boxes.clip(0, size)
        shares = area(inside) / np.maximum(area(boxes), 1e-6)
        kept = (shares >= LEAST_VISIBLE) & ((inside[:, 2:] - inside[:, :2]) > 2).all(axis=1)
        tensor = normalise(jitter_colour(torch.from_numpy(picture).permute(2, 0, 1).float() / 255))
        return tensor, torch.from_numpy(inside[kept]).float(), torch.from_numpy(rows[kept, 4]).long()


def keeps(image_id: int, holdout: str) -> bool:
    """Whether a picture belongs to the part asked for: "none" all, "without" nine tenths, "only" a tenth."""
    held = image_id % 10 == 0
    return {"none": True, "without": not held, "only": held}[holdout]


def decode(file: Path) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB"))


def rows_of(objects: list) -> np.ndarray:
    return np.array(objects, dtype=np.float64).reshape(-1, 5)


def area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def place(
    picture: Image.Image, boxes: np.ndarray, size: int, zoom: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Scales by a random zoom and stretch, then cuts or pads to a square at a random place."""
    stretch = random.uniform(*STRETCH) ** 0.5
    fit = size / max(picture.size) * random.uniform(*zoom)
    sx, sy = fit * stretch, fit / stretch
    w, h = max(1, round(picture.width * sx)), max(1, round(picture.height * sy))
    # The square's corner in the scaled picture; negative where there is room to pad.
    x0, y0 = (round(random.uniform(min(0, n - size), max(0, n - size))) for n in (w, h))
    left, top, right, bottom = max(0, x0), max(0, y0), min(w, x0 + size), min(h, y0 + size)
    part = picture.resize(
        (right - left, bottom - top), Image.BILINEAR, box=(left * picture.width / w, top * picture.height / h,
                                                          right * picture.width / w, bottom * picture.height / h)
    )  # fmt: skip
    canvas = np.empty((size, size, 3), np.uint8)
    canvas[:] = FILL
    canvas[top - y0 : bottom - y0, left - x0 : right - x0] = np.asarray(part)
    scaled = boxes * np.array((w / picture.width, h / picture.height) * 2)
    return canvas, scaled - np.array((x0, y0, x0, y0))


def jitter_colour(picture: Tensor) -> Tensor:
    """Brightness, contrast and saturation, each by its own random share."""
    brightness, contrast, saturation = (random.uniform(1 - COLOUR, 1 + COLOUR) for _ in range(3))
    picture = picture * brightness
    picture = torch.lerp(picture.mean(), picture, contrast)
    picture = torch.lerp(picture.mean(dim=0, keepdim=True), picture, saturation)
    return picture.clamp(0, 1)


def normalise(picture: Tensor) -> Tensor:
    return (picture - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
