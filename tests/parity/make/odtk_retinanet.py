"""Writes the detections that NVIDIA's toolkit makes of drawn pictures, by small random RetinaNets in two exports.

Run it with PyTorch 1.13 and Pillow 9.4 (Debian 12: python3-torch and python3-pil):

    python3 tests/parity/make/odtk_retinanet.py

The toolkit (NVIDIA/retinanet-examples) needs CUDA extensions, so its arithmetic is written again here, from its source.
It writes into tests/parity/goldens/

    odtk/         release 0.2.6; its export fixes the size of the input, which is free here
    retinanet-9/  the graph of the ONNX Model Zoo, of the releases up to 0.2.0: input (1, 3, 480, 640), opset 9

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.

The rules, each with its place (folder odtk/; retinanet/ in older releases):

    data.py `CocoDataset`       shortest side 800, longest 1333, int() of each side, Pillow's bilinear on bytes; RGB
                                from 0 to 1, ImageNet mean and deviation; zeros at the right and bottom, to multiples
                                of 128
    model.py `Model.forward`    the sigmoid is in the graph; stride = input width // grid width, for both axes
    box.py `generate_anchors`   stride · 4 · 2^(k/3), ratios 1, 2, 1/2 (these vary fastest) around stride / 2. Since
                                0.2.1 the corners are exact; before, the stride's own width and height in a ratio were
                                rounded half to even, then scaled, and the far corner was one pixel less
    box.py `delta2box`          widths are x2 - x1 + 1; no limit to dw, dh; clipped to grid · stride - 1
    box.py `decode`             score >= 0.05 (its CUDA kernel: >), the best 1000 (anchor, class) pairs of each level
    box.py `nms`                per class, IoU > 0.5 drops, areas of last pixels, best 100
    infer.py `infer`            boxes / ratio, the one factor before int(); they stay x1 y1 x2 y2 of last pixels (only
                                the COCO file that it writes then adds 1 to the sides)

The Zoo's graph: its README says what the releases up to 0.2.0 do after the heads, and its weights (release 19.04) were
trained with rounded anchors. Neither the README nor its export script resizes: they take a picture of 640x480 as it is.
infer.py makes the longest side that of an engine's fixed input; here, the same for whatever side meets the input first,
as a portrait would not fit otherwise.
"""

import argparse
import hashlib
import io
import sys
from typing import Callable, Iterator, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from golden import LevelHeads, agree, draw, encode_json, encode_png, put, put_settings, to_tensor

CLASSES = 5
CHANNELS = 12  # keeps a graph near 100 KB
STRIDES = [8, 16, 32, 64, 128]
RATIOS = [1.0, 2.0, 0.5]
SCALES = [4 * 2 ** (i / 3) for i in range(3)]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

SCORE, CANDIDATES, IOU, LIMIT = 0.05, 1000, 0.5, 100
SCORE_MARGIN = 2e-6
IOU_MARGIN = 1e-5
LOGIT_NOISE = 3e-6


class Family(NamedTuple):
    """What the two releases disagree about."""

    release: str
    opset: int
    input: str
    outputs: list  # scores of the five levels, then boxes
    free: dict  # sides of the graph's tensors that are not fixed
    resize: dict
    factor: Callable  # (width, height) of a picture to that of its resize
    pad: dict
    padded: Callable  # (width, height) of the resized picture to that of the input
    anchor_rule: dict
    anchors: Callable  # stride to the anchors of its first cell, (9, 4)
    pictures: dict  # (width, height): (shapes, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    heads = build_heads()
    if options.search:
        search(heads, options.search)
        return
    verdicts = [verdict for name in FAMILIES for verdict in write_family(name, heads, options.accept)]
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(heads: LevelHeads, end: int) -> None:
    for name, family in FAMILIES.items():
        for (width, height), (shapes, _) in family.pictures.items():
            for seed in range(end):
                picture = draw(width, height, shapes, seed)
                if not any(doubts(family, heads, picture)):
                    print(f"{name} seed {seed}:", report(family, heads, picture), flush=True)


def write_family(name: str, heads: LevelHeads, accept: bool) -> list:
    family = FAMILIES[name]
    graph = export(family, heads)
    verdicts = [
        put(f"{name}/model.onnx", graph, accept),
        put_settings(f"{name}/manifest.json", manifest_of(name, graph), accept),
        put_settings(f"{name}/twins.json", twins_of(name), accept),
    ]
    for (width, height), (shapes, seed) in family.pictures.items():
        picture = draw(width, height, shapes, seed)
        found = list(doubts(family, heads, picture))
        if found:
            raise RuntimeError(f"Cannot use {name} {width}x{height} as float noise could change it: {', '.join(found)}")
        print(report(family, heads, picture))
        verdicts += [
            put(f"{name}/{width}x{height}.png", encode_png(picture), accept),
            put(f"{name}/{width}x{height}.json", encode_json(golden_of(family, heads, picture)), accept),
        ]
    return verdicts


# The model.


def build_heads() -> LevelHeads:
    heads = LevelHeads(len(RATIOS) * len(SCALES), CLASSES, CHANNELS).eval()
    # Few cells are in P6 and P7, so they need more spread to have scores; deltas move a box by a part of its side.
    image = standardised(draw(640, 480, shapes=60, seed=0))
    heads.set_weights(6, image, logits=(-7.3, 1.2), delta_spread=0.15, gains=(1, 1, 1, 1.6, 1.6))
    return heads


class Exported(nn.Module):
    """What a graph holds: scores of all levels, then boxes."""

    def __init__(self, heads: LevelHeads):
        super().__init__()
        self.heads = heads

    def forward(self, images: Tensor) -> tuple:
        logits, deltas = self.heads(images)
        return (*(level.sigmoid() for level in logits), *deltas)


def export(family: Family, heads: LevelHeads) -> bytes:
    file = io.BytesIO()
    torch.onnx.export(
        Exported(heads), torch.zeros(1, 3, 480, 640), file,
        opset_version=family.opset, input_names=[family.input], output_names=family.outputs, dynamic_axes=family.free,
    )  # fmt: skip
    return file.getvalue()


# What the toolkit makes of a picture.


def fit_shortest(width: int, height: int) -> float:
    scale = 800 / min(width, height)
    return 1333 / max(width, height) if scale * max(width, height) > 1333 else scale


def fit_zoo(width: int, height: int) -> float:
    return min(640 / width, 480 / height)


def exact_shapes(stride: int) -> list:
    """Width and height of each anchor of a cell."""
    widths = [(stride * stride / ratio) ** 0.5 for ratio in RATIOS]
    return [(width * scale, width * ratio * scale) for scale in SCALES for width, ratio in zip(widths, RATIOS)]


def rounded_shapes(stride: int) -> list:
    """round() goes half to even, as torch.round does."""
    widths = [round((stride * stride / ratio) ** 0.5) for ratio in RATIOS]
    return [(width * scale, round(width * ratio) * scale) for scale in SCALES for width, ratio in zip(widths, RATIOS)]


def exact_anchors(stride: int) -> Tensor:
    halves = torch.tensor(exact_shapes(stride)) / 2
    return torch.cat([stride / 2 - halves, stride / 2 + halves], 1)


def rounded_anchors(stride: int) -> Tensor:
    halves = torch.tensor(rounded_shapes(stride)) / 2
    return torch.cat([stride / 2 - halves, stride / 2 + halves - 1], 1)


def standardised(picture: np.ndarray) -> Tensor:
    return (to_tensor(picture) - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def prepare(family: Family, picture: np.ndarray) -> tuple:
    """The input `(3, H, W)`, the picture's (width, height) in it, and the factor."""
    height, width = picture.shape[:2]
    scale = family.factor(width, height)
    size = int(width * scale), int(height * scale)
    padded = family.padded(*size)
    image = standardised(np.asarray(Image.fromarray(picture).resize(size, Image.BILINEAR)))
    return F.pad(image, (0, padded[0] - size[0], 0, padded[1] - size[1])), size, scale


@torch.no_grad()
def infer(heads: LevelHeads, image: Tensor) -> tuple:
    """Logits and deltas of the levels, `(A, K, H, W)` and `(A, 4, H, W)`, and the input's width."""
    logits, deltas = heads.to(image.dtype)(image[None])
    return (
        [level.view(heads.anchors, heads.classes, *level.shape[2:]) for level in logits],
        [level.view(heads.anchors, 4, *level.shape[2:]) for level in deltas],
        image.shape[2],
    )


def postprocess(family: Family, given: tuple, score=SCORE, most=CANDIDATES, iou=IOU, limit=LIMIT) -> dict:
    """The toolkit's detections; boxes in input pixels."""
    parts = [decode(family, *level, given[2], score, most) for level in zip(*given[:2])]
    scores, boxes, labels = (torch.cat(part) for part in zip(*parts))
    order = scores.argsort(descending=True)
    scores, boxes, labels = scores[order], boxes[order], labels[order]
    kept = []
    rest = torch.arange(len(scores))
    while len(rest) and len(kept) < limit:
        best = rest[0]
        kept.append(int(best))
        stays = (labels[rest] != labels[best]) | (overlap(boxes[best], boxes[rest]) <= iou)
        stays[0] = False
        rest = rest[stays]
    rows = torch.tensor(kept, dtype=torch.long)
    return {"scores": scores[rows], "boxes": boxes[rows], "labels": labels[rows]}


def decode(family: Family, logits: Tensor, deltas: Tensor, input_width: int, score: float, most: int) -> tuple:
    """The best pairs of one level: their scores, boxes and labels."""
    _, classes, rows, columns = logits.shape
    stride = input_width // columns
    scores = logits.sigmoid().flatten()
    best = (scores >= score).nonzero()[:, 0]
    best = best[scores[best].argsort(descending=True)[:most]]
    x, y = best % columns, best.div(columns, rounding_mode="floor") % rows
    label = best.div(columns * rows, rounding_mode="floor") % classes
    anchor = best.div(columns * rows * classes, rounding_mode="floor")
    start = torch.stack([x, y], 1) * stride
    corners = family.anchors(stride).to(logits.dtype)[anchor]
    sides = corners[:, 2:] - corners[:, :2] + 1
    moves = deltas[anchor, :, y, x]
    centres = start + corners[:, :2] + sides / 2 + moves[:, :2] * sides
    halves = moves[:, 2:].exp() * sides / 2
    last = torch.tensor([columns, rows]) * stride - 1
    edges = [edge.clamp(min=0).minimum(last) for edge in (centres - halves, centres + halves - 1)]
    return scores[best], torch.cat(edges, 1), label


def overlap(box: Tensor, boxes: Tensor) -> Tensor:
    """IoU of one box with others, all of last pixels."""
    shared = (box[2:].minimum(boxes[:, 2:]) - box[:2].maximum(boxes[:, :2]) + 1).clamp(min=0).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2] + 1).prod(1)
    return shared / (areas + (box[2:] - box[:2] + 1).prod() - shared)


def golden_of(family: Family, heads: LevelHeads, picture: np.ndarray) -> dict:
    image, size, scale = prepare(family, picture)
    found = postprocess(family, infer(heads.float(), image))
    height, width = picture.shape[:2]
    # The toolkit lets a box end in the padding; goldens hold what is inside the source, as answers do.
    boxes = (found["boxes"] / scale).maximum(torch.zeros(4)).minimum(torch.tensor([width, height] * 2))
    return {
        "picture": f"{width}x{height}.png",
        "framework": f"{family.release}, written again from its source",
        "resized": [size[1], size[0]],
        "padded": list(image.shape[1:]),
        "detections": [
            {"label": label, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
            for label, score, box in zip(found["labels"].tolist(), found["scores"].tolist(), boxes.tolist())
        ],
    }


def doubts(family: Family, heads: LevelHeads, picture: np.ndarray) -> Iterator[str]:
    """Names every decision in a picture that float noise could turn round, the likeliest first."""
    image, _, _ = prepare(family, picture)
    given = infer(heads.double(), image.double())
    scores = postprocess(family, given, limit=LIMIT + 1)["scores"]
    if (scores[:-1] - scores[1:]).min() < SCORE_MARGIN:
        yield "order of detections"

    for logits in given[0]:
        best = logits.sigmoid().flatten().topk(min(CANDIDATES + 1, logits.numel()))[0]
        if len(best) > CANDIDATES and best[-1] > SCORE and best[-2] - best[-1] < SCORE_MARGIN:
            yield "top-k of a level"

    expected = postprocess(family, given)
    for name, value, margin in (("score", SCORE, SCORE_MARGIN), ("iou", IOU, IOU_MARGIN)):
        for near in (value - margin, value + margin):
            if not agree(expected, postprocess(family, given, **{name: near})):
                yield f"{name} at {near:.5f}"
    if has_close_rival(expected, postprocess(family, given, iou=2, limit=10**6)):
        yield "order in NMS"

    others = {"float32": infer(heads.float(), image), **{f"noise {seed}": add_noise(given, seed) for seed in range(3)}}
    for name, other in others.items():
        if not agree(expected, postprocess(family, other)):
            yield name


def add_noise(given: tuple, seed: int) -> tuple:
    generator = torch.Generator().manual_seed(seed)
    noisy = [
        [level + LOGIT_NOISE * torch.randn(level.shape, generator=generator, dtype=level.dtype) for level in head]
        for head in given[:2]
    ]
    return (*noisy, given[2])


def has_close_rival(kept: dict, candidates: dict) -> bool:
    """Whether a detection and a candidate that it suppresses, or the reverse, have nearly one score."""
    for label, score, box in zip(kept["labels"], kept["scores"], kept["boxes"]):
        gaps = (score - candidates["scores"]).abs()
        close = (candidates["labels"] == label) & (gaps > 0) & (gaps < SCORE_MARGIN)
        if (overlap(box, candidates["boxes"][close]) > IOU - IOU_MARGIN).any():
            return True
    return False


def report(family: Family, heads: LevelHeads, picture: np.ndarray) -> str:
    """One line of numbers per picture, for whoever accepts a golden."""
    golden = golden_of(family, heads, picture)
    given = infer(heads.float(), prepare(family, picture)[0])
    levels = [logits.sigmoid().flatten() for logits in given[0]]
    counts = [int((scores >= SCORE).sum()) for scores in levels]
    unlimited = postprocess(family, given, limit=10**6)
    shown = {key: value[:LIMIT] for key, value in unlimited.items()}
    boxes = np.array([row["box"] for row in golden["detections"]])
    at_border = (boxes <= 0).any(1) | (boxes >= [side - 2 for side in picture.shape[1::-1] * 2]).any(1)
    more = postprocess(family, given, most=2 * CANDIDATES)
    return (
        f"{golden['picture']} resized {golden['resized']} padded {golden['padded']}: {len(boxes)} detections"
        f", {int(at_border.sum())} at the border, {int((boxes[:, 2:] <= boxes[:, :2]).any(1).sum())} empty"
        f", per class {shown['labels'].bincount(minlength=CLASSES).tolist()}"
        f", per level {[int(torch.isin(shown['scores'], scores).sum()) for scores in levels]}"
        f", of candidates per level {counts}"
        f", NMS drops {sum(min(count, CANDIDATES) for count in counts) - len(unlimited['scores'])}"
        f", the limit {len(unlimited['scores']) - len(shown['scores'])}"
        f", top-k {'matters' if not agree(shown, more) else 'is idle'}"
    )


# What the manifests say.


def manifest_of(name: str, graph: bytes) -> dict:
    family = FAMILIES[name]
    return {
        "manifest": 1,
        "id": name,
        "title": f"A small random RetinaNet as {family.release} exports it",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float32",
            "name": family.input,
            "layout": "nchw",
            "batch": 1,
            "colour": "rgb",
            "divisor": 255,
            "mean": MEAN,
            "std": STD,
        },
        "resize": {**family.resize, "rounding": "floor", "factor": "one"},
        "resample": {"kind": "bilinear", "antialias": True, "factor": "per-side", "rounding": "each-pass"},
        "pad": {**family.pad, "value": 0},
        "outputs": {"kind": "levels", "layout": "nchw", "scores": family.outputs[:5], "deltas": family.outputs[5:]},
        "anchors": {**family.anchor_rule, "centre": 0.5, "strides": "input-width-over-grid"},
        "boxes": {
            "kind": "centre-size",
            "order": "xy",
            "weights": [1, 1, 1, 1],
            "extent": "last-pixel",
            "clamp": None,
        },
        "postprocess": {
            "activation": "none",
            "background": None,
            "candidates": {"perLevel": CANDIDATES, "total": None},
            "clip": "grid-pixels",
            "nms": {"iou": IOU, "perClass": True},
            "empty": "keep",
            "score": SCORE,
            "scoreTest": "at-least",
            "limit": LIMIT,
        },
    }


def by_size() -> dict:
    levels = [{"stride": stride, "sizes": SCALES} for stride in STRIDES]
    order = {"unit": "strides", "ratios": RATIOS, "order": "size-ratio", "rounding": "none"}
    return {"kind": "sizes", "levels": levels, **order, "extent": "edges"}


def by_shape(shapes: Callable) -> dict:
    levels = [{"stride": stride, "shapes": np.round(shapes(stride), 5).tolist()} for stride in STRIDES]
    return {"kind": "shapes", "levels": levels, "extent": "last-pixel"}


def twins_of(name: str) -> list:
    twins = {
        "odtk": [
            ("boxes back by each side's own ratio", "resize.factor", "per-side"),
            ("pixels not rounded to bytes", "resample.rounding", "none"),
            ("padding to multiples of 32", "pad.of", 32),
            ("ratios in ascending order", "anchors.ratios", sorted(RATIOS)),
            ("anchors that end at their last pixel", "anchors.extent", "last-pixel"),
            ("boxes that end at their edges", "boxes.extent", "edges"),
        ],
        "retinanet-9": [
            ("strides of each axis", "anchors.strides", "floor-input-over-grid"),
            ("anchors not rounded", "anchors.levels", by_shape(exact_shapes)["levels"]),
            ("anchors that end at their edges", "anchors.extent", "edges"),
            ("boxes that end at their edges", "boxes.extent", "edges"),
            ("boxes clipped to the picture's edges", "postprocess.clip", "picture"),
            ("scores taken for logits", "postprocess.activation", "sigmoid"),
        ],
    }
    return [{"claim": claim, "property": path, "value": value} for claim, path, value in twins[name]]


ODTK_OUTPUTS = [f"{head}_{i}" for head in ("score", "box") for i in range(1, 6)]
FAMILIES = {
    "odtk": Family(
        release="odtk 0.2.6",
        opset=12,
        input="input_1",
        outputs=ODTK_OUTPUTS,
        free={name: {2: f"{name}_h", 3: f"{name}_w"} for name in ["input_1", *ODTK_OUTPUTS]},
        resize={"kind": "shortest", "shortest": 800, "longest": 1333, "scale": "float64"},
        factor=fit_shortest,
        pad={"kind": "multiple", "of": 128},
        padded=lambda *size: [-(-side // 128) * 128 for side in size],
        anchor_rule=by_size(),
        anchors=exact_anchors,
        pictures={
            (640, 480): (60, 0), (480, 640): (30, 0), (1089, 801): (30, 7), (1000, 300): (30, 7), (337, 503): (20, 7),
            (97, 61): (5, 0),
        },
    ),
    "retinanet-9": Family(
        release="NVIDIA retinanet-examples 19.04",
        opset=9,
        input="input",
        outputs=[f"output{i}" for i in range(1, 11)],
        free={},
        resize={"kind": "fit", "width": 640, "height": 480},
        factor=fit_zoo,
        pad={"kind": "fixed", "width": 640, "height": 480},
        padded=lambda *size: (640, 480),
        anchor_rule=by_shape(rounded_shapes),
        anchors=rounded_anchors,
        pictures={
            (640, 480): (60, 0), (480, 640): (30, 3), (1088, 800): (30, 3), (333, 500): (20, 4), (97, 61): (5, 0),
        },
    ),
}  # fmt: skip


if __name__ == "__main__":
    main()
