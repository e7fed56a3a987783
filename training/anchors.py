"""Anchors, matching and box deltas (sections 4 and 4.1 of the paper)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

STRIDES = (8, 16, 32, 64, 128)
# The paper's anchors are 4 strides wide for pictures of 600-800 px; ours are
# 320 px, so objects, and with them the anchors, are smaller.
SIZE_IN_STRIDES = 3
SCALES = (1.0, 2 ** (1 / 3), 2 ** (2 / 3))
RATIOS = (0.5, 1.0, 2.0)  # height / width
FOREGROUND_IOU, BACKGROUND_IOU = 0.5, 0.4
BACKGROUND, IGNORED = -1, -2
BOX_CLAMP = math.log(1000 / 16)  # most that a decoded side grows, as a logarithm


def cell_anchors(stride: int, scales: tuple = SCALES, ratios: tuple = RATIOS) -> Tensor:
    """Returns the anchors of a cell around the origin, `(A, 4)` xyxy; ratio outer, size inner."""
    rows = []
    for ratio in ratios:
        for scale in scales:
            size = SIZE_IN_STRIDES * stride * scale
            w, h = size / ratio**0.5, size * ratio**0.5
            rows.append((-w / 2, -h / 2, w / 2, h / 2))
    return torch.tensor(rows)


def anchors_for(grids: list[tuple[int, int]], scales: tuple = SCALES, ratios: tuple = RATIOS) -> Tensor:
    """Returns all anchors, `(sum HWA, 4)` xyxy in input pixels; cell centres at (index + 0.5) * stride."""
    levels = []
    for stride, (rows, columns) in zip(STRIDES, grids):
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        centre = (torch.stack((x, y, x, y), dim=-1) + 0.5) * stride  # (H, W, 4)
        levels.append((centre[:, :, None] + cell_anchors(stride, scales, ratios)).flatten(0, 2))
    return torch.cat(levels)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Pairwise IoU of `(M, 4)` and `(G, 4)`."""
    low = torch.maximum(a[:, None, :2], b[None, :, :2])
    high = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    area = lambda boxes: (boxes[:, 2:] - boxes[:, :2]).prod(-1)  # noqa: E731
    return shared / (area(a)[:, None] + area(b)[None] - shared)


def match(anchors: Tensor, boxes: Tensor) -> Tensor:
    """Index of each anchor's object, or BACKGROUND, or IGNORED.

    Every object also takes the anchors that fit it best, as Faster R-CNN does,
    so that one smaller than all anchors is still learnt.
    """
    if len(boxes) == 0:
        return torch.full((len(anchors),), BACKGROUND)
    overlap = iou(anchors, boxes)
    best, index = overlap.max(dim=1)
    matched = torch.where(best >= FOREGROUND_IOU, index, IGNORED)
    matched[best < BACKGROUND_IOU] = BACKGROUND
    anchor, box = torch.nonzero(best_of(overlap), as_tuple=True)
    matched[anchor] = box
    return matched


def best_of(overlap: Tensor) -> Tensor:
    """Marks, in IoU of `(R, G)`, the anchors that fit an object best, if they touch it."""
    return overlap == overlap.amax(0).clamp(min=1e-3)


def encode(anchors: Tensor, boxes: Tensor) -> Tensor:
    """dx, dy, dw, dh of each box against its anchor."""
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2
    box_size = boxes[:, 2:] - boxes[:, :2]
    box_centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    return torch.cat(((box_centre - centre) / size, torch.log(box_size / size)), dim=1)


def decode(anchors: Tensor, deltas: Tensor) -> Tensor:
    """Returns the boxes `(M, 4)` of deltas; the inverse of `encode`, up to `BOX_CLAMP`."""
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    half = size * deltas[:, 2:].clamp(max=BOX_CLAMP).exp() / 2
    return torch.cat((centre - half, centre + half), dim=1)
