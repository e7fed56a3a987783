"""A small random network and a plain post-processing, for families whose framework leaves both to the user."""

from typing import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import batched_nms, box_iou

from golden import agree, standardise

STRIDES = [8, 16, 32, 64, 128]
SCORE_MARGIN = 2e-6
IOU_MARGIN = 1e-5
EDGE_NOISE = 1e-4


# The network.


class Network(nn.Module):
    """`(N, 3, H, W)` to a pair of heads per level, `(N, A·K, h, w)` and `(N, A·4, h, w)`.

    With a grain, weights and inner values are multiples of it. If those of the image are coarse too, every sum is exact
    in float32, in whatever order an engine takes it.
    """

    def __init__(self, channels: int, anchors: int, classes: int, grain: float = 0):
        super().__init__()
        widths = [3, 8, 8, channels, channels, channels]
        self.body = nn.ModuleList([nn.Conv2d(a, b, 3, 2, 1) for a, b in zip(widths, widths[1:])])
        self.lateral = nn.ModuleList([nn.Conv2d(channels, channels, 1) for _ in range(3)])
        self.top = nn.ModuleList([nn.Conv2d(channels, channels, 3, 2, 1) for _ in range(2)])
        self.towers = nn.ModuleList([nn.Conv2d(channels, channels, 3, 1, 1) for _ in range(2)])
        self.logits = nn.Conv2d(channels, anchors * classes, 3, 1, 1)
        self.deltas = nn.Conv2d(channels, anchors * 4, 3, 1, 1)
        self.classes, self.grain = classes, grain

    def forward(self, image: Tensor) -> list:
        stages = [image]
        for conv in self.body:
            stages.append(self.coarse(conv(stages[-1]).relu()))
        p3, p4, p5 = (self.coarse(conv(stage)) for conv, stage in zip(self.lateral, stages[-3:]))
        p4 = p4 + F.interpolate(p5, scale_factor=2)
        p3 = p3 + F.interpolate(p4, scale_factor=2)
        p6 = self.coarse(self.top[0](p5))
        p7 = self.coarse(self.top[1](p6.relu()))
        return [self.heads(level) for level in (p3, p4, p5, p6, p7)]

    def heads(self, level: Tensor) -> tuple:
        for_logits, for_deltas = (self.coarse(tower(level).relu()) for tower in self.towers)
        return self.logits(for_logits), self.deltas(for_deltas)

    def coarse(self, values: Tensor) -> Tensor:
        return torch.round(values / self.grain) * self.grain if self.grain else values


@torch.no_grad()
def set_weights(network: Network, images: Tensor, logits: tuple, deltas: float, gains: tuple) -> None:
    """Random weights under which all levels and classes find something.

    1. Draw them, from numpy, as its generator is the same in every version.
    2. Let the anchors of a cell nearly agree on the class, so that NMS has work.
    3. Standardise every convolution's output on some pictures.
    4. Set the range of logits, by mean per class and spread, and that of deltas; and the gain of each level, as
       the coarse ones have few cells.
    """
    random = np.random.RandomState(6)
    convs = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    for conv in convs:
        smooth = random.standard_normal((*conv.weight.shape[:2], 1, 1))
        conv.weight.copy_(torch.from_numpy(smooth + 2 * random.standard_normal(conv.weight.shape)))
        conv.weight /= conv.weight[0].numel() ** 0.5
        conv.bias.zero_()
    by_anchor = network.logits.weight.view(-1, network.classes, *network.logits.weight.shape[1:])
    by_anchor += 4 * by_anchor[:1].clone()

    hooks = [conv.register_forward_hook(standardise()) for conv in convs]
    network(images)
    for hook in hooks:
        hook.remove()

    means, spread = logits
    levels = [*network.lateral, *network.top]
    for conv, factor in [(network.logits, spread), (network.deltas, deltas), *zip(levels, gains)]:
        conv.weight *= factor
        conv.bias *= factor
    network.logits.bias.view(-1, network.classes).add_(torch.tensor(means))
    if network.grain:
        for parameter in network.parameters():
            parameter.copy_((parameter / network.grain).round() * network.grain)


# From scored boxes to detections. Levels are pairs of (R, 4) boxes and (R, K) scores.


def detections_of(
    levels: list, score: float, iou: float, limit: int, per_level: int | None = None, total: int | None = None
) -> dict:
    """Threshold, top-k of (anchor, class) pairs per level and of all levels, NMS per class, limit."""
    candidates = candidates_of(levels, score, per_level, total)
    kept = batched_nms(candidates["boxes"], candidates["scores"], candidates["labels"], iou)[:limit]
    return {key: column[kept] for key, column in candidates.items()}


def candidates_of(levels: list, score: float, per_level: int | None, total: int | None) -> dict:
    picked = []
    for level, (boxes, scores) in enumerate(levels):
        pairs = best_first(scores.flatten())
        pairs = pairs[scores.flatten()[pairs] > score][:per_level]
        anchors, labels = pairs // scores.shape[1], pairs % scores.shape[1]
        picked.append((boxes[anchors], scores.flatten()[pairs], labels, torch.full_like(labels, level)))
    columns = dict(zip(("boxes", "scores", "labels", "levels"), (torch.cat(column) for column in zip(*picked))))
    order = best_first(columns["scores"])[:total]
    return {key: column[order] for key, column in columns.items()}


def best_first(scores: Tensor) -> Tensor:
    return scores.sort(descending=True, stable=True)[1]


def rows_of(detections: dict) -> list:
    columns = (detections[key].tolist() for key in ("labels", "scores", "boxes"))
    return [
        {"label": label, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
        for label, score, box in zip(*columns)
    ]


# Whether float noise could change them.


def doubts_of(levels: list, noise: float = 0, **settings) -> Iterator[str]:
    """Names every decision that float noise could turn round; no noise where all numbers are exact."""
    expected = detections_of(levels, **settings)
    for name, margin in (("score", SCORE_MARGIN), ("iou", IOU_MARGIN)):
        for value in (settings[name] - margin, settings[name] + margin):
            if not agree(expected, detections_of(levels, **{**settings, name: value})):
                yield f"{name} at {value:.5f}"
    yield from cuts_in_doubt(levels, settings)
    if has_close_rival(levels, settings):
        yield "order in NMS"
    if noise and (expected["scores"][:-1] - expected["scores"][1:]).min() < SCORE_MARGIN:
        yield "order of detections"
    for seed in range(3 if noise else 0):
        if not agree(expected, detections_of(add_noise(levels, noise, seed), **settings)):
            yield f"noise {seed}"


def cuts_in_doubt(levels: list, settings: dict) -> Iterator[str]:
    """Top-k and limit: whether the last in and the first out have nearly one score."""
    score, per_level, total = settings["score"], settings.get("per_level"), settings.get("total")
    lists = {
        "limit": (detections_of(levels, **{**settings, "limit": 10**6})["scores"], settings["limit"]),
        "top-k of all": (candidates_of(levels, score, per_level, None)["scores"], total),
        **{f"top-k of level {i}": (best_of(level, score), per_level) for i, level in enumerate(levels)},
    }
    for name, (scores, count) in lists.items():
        if count is not None and len(scores) > count and scores[count - 1] - scores[count] < SCORE_MARGIN:
            yield name


def best_of(level: tuple, score: float) -> Tensor:
    return candidates_of([level], score, None, None)["scores"]


def has_close_rival(levels: list, settings: dict) -> bool:
    """Whether a detection and a candidate that overlap enough for one to suppress the other have nearly one score."""
    candidates = candidates_of(levels, settings["score"], settings.get("per_level"), settings.get("total"))
    kept = batched_nms(candidates["boxes"], candidates["scores"], candidates["labels"], settings["iou"])
    gaps = (candidates["scores"][kept][:, None] - candidates["scores"]).abs()
    others = kept[:, None] != torch.arange(len(candidates["scores"]))
    same_class = candidates["labels"][kept][:, None] == candidates["labels"]
    overlaps = box_iou(candidates["boxes"][kept], candidates["boxes"]) > settings["iou"] - IOU_MARGIN
    return bool((others & same_class & overlaps & (gaps < SCORE_MARGIN)).any())


def add_noise(levels: list, noise: float, seed: int) -> list:
    """As much on every score as `noise` on its logit makes, and a little on every edge."""
    generator = torch.Generator().manual_seed(seed)

    def normal(like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=generator, dtype=like.dtype)

    return [
        (boxes + EDGE_NOISE * normal(boxes), scores + noise * scores * (1 - scores) * normal(scores))
        for boxes, scores in levels
    ]


def report_of(name: str, levels: list, size: tuple, **settings) -> str:
    """One line of numbers per picture, for whoever accepts a golden; boxes in pixels of a picture of that size."""
    shown = detections_of(levels, **settings)
    unlimited = detections_of(levels, **{**settings, "limit": 10**6})
    freed = {key: value for key, value in settings.items() if key not in ("per_level", "total")}
    candidates = candidates_of(levels, settings["score"], settings.get("per_level"), settings.get("total"))
    at_border = (shown["boxes"] <= 0).any(1) | (shown["boxes"] >= torch.tensor(size * 2)).any(1)
    classes = levels[0][1].shape[1]
    return (
        f"{name}: {len(shown['scores'])} detections, {int(at_border.sum())} at the border"
        f", per class {shown['labels'].bincount(minlength=classes).tolist()}"
        f", per level {shown['levels'].bincount(minlength=len(levels)).tolist()}"
        f", of candidates per level {[len(best_of(level, settings['score'])) for level in levels]}"
        f", NMS drops {len(candidates['scores']) - len(unlimited['scores'])}"
        f", the limit {len(unlimited['scores']) - len(shown['scores'])}"
        f", scores {shown['scores'].max():.3f} to {shown['scores'].min():.3f}"
        f", top-k {'is idle' if agree(shown, detections_of(levels, **freed)) else 'matters'}"
    )
