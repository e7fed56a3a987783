"""Writes torchvision's own detections of drawn pictures, by one small random RetinaNet exported whole in two ways.

Run it with torchvision 0.14.1 (Debian 12: python3-torchvision and python3-pil) and, in a venv that sees them,

    onnx==1.15.0 onnxruntime==1.17.3 opencv-python-headless==4.10.0.84

    python tests/parity/make/torchvision_finished.py

It writes into tests/parity/goldens/

    mlperf/             as MLPerf's resnext50_32x4d_fpn.onnx: a picture stretched to 800x800, boxes in its pixels
    torchvision-whole/  the picture as it is, of any size and without a batch side, boxes in its own pixels

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.

The mean, the resize, the anchors, the top-k, the clip and the NMS are torchvision's and lie in the graph. Of MLPerf
(github.com/mlcommons; inference: vision/classification_and_detection, training: single_stage_detector/ssd) come

    python/dataset.py `maybe_resize`                  cv2.resize of float32 pixels to 800x800, bilinear; then / 255
    python/models/resnext50/transform.py              `GeneralizedRCNNTransform(image_size=[800, 800])`, which is
                                                      torchvision's with that `fixed_size`
    tools/retinanet_pytorch_to_onnx.py                opset 13; outputs boxes, scores, labels, in this order; the input
                                                      is called after the argument of `forward`
    python/openimages.py `PostProcessOpenImagesRetinanet`, `finalize`
                                                      boxes / 800 · side of the picture; labels as they are
    tools/openimages_mlperf.sh, openimages.py         264 classes from 0 on ("Airplane"); train.py: 264 class outputs,
                                                      so the head has no place for a background

A traced resize works out its sides in float32, floor(fround(side · scale)), where eager torchvision has floor of the
exact product: at 333x500 the graph makes 800 rows of them, and torchvision 799. The pictures are of sizes on which both
agree, which are two in three.
"""

import argparse
import hashlib
import io
import sys
import warnings
from typing import Iterator

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from golden import agree, draw, encode_json, encode_png, put, put_settings, to_tensor
from torchvision_retinanet import CLASSES, VERSION, build_model, detect
from torchvision_retinanet import doubts as doubts_of_model
from torchvision_retinanet import report as report_of_model

# (width, height): (shapes, seed). Those of mlperf shrink along one side at least, where antialias shows.
PICTURES = {
    "mlperf": {(1024, 683): (40, 5), (683, 1024): (40, 5), (1088, 800): (40, 3), (333, 901): (20, 6)},
    "torchvision-whole": {
        (640, 480): (60, 6), (480, 640): (30, 0), (1088, 800): (40, 0), (334, 500): (10, 5), (97, 62): (5, 5),
    },
}  # fmt: skip

SIDE = 800
OUTPUTS = ["boxes", "scores", "labels"]
OPSET = 13


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    if not VERSION.startswith("0.14."):
        sys.exit(f"torchvision 0.14 is the reference, this is {VERSION}")
    warnings.simplefilter("ignore", torch.jit.TracerWarning)
    torch.set_num_threads(1)
    verdicts = []
    for family in PICTURES:
        model = model_of(family)
        graph = export(family, model)
        if options.search:
            search(family, model, graph, options.search)
        else:
            verdicts += write_family(family, model, graph, options.accept)
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(family: str, model: RetinaNet, graph: bytes, end: int) -> None:
    for (width, height), (shapes, _) in PICTURES[family].items():
        for seed in range(end):
            picture = draw(width, height, shapes, seed)
            if not any(doubts(family, model, graph, picture)):
                print(f"{family} seed {seed}:", report(family, model, picture), flush=True)


def write_family(family: str, model: RetinaNet, graph: bytes, accept: bool) -> list:
    verdicts = [
        put(f"{family}/model.onnx", graph, accept),
        put_settings(f"{family}/manifest.json", manifest_of(family, model, graph), accept),
        put_settings(f"{family}/twins.json", twins_of(family), accept),
    ]
    for (width, height), (shapes, seed) in PICTURES[family].items():
        picture = draw(width, height, shapes, seed)
        name = f"{family}/{width}x{height}"
        found = list(doubts(family, model, graph, picture))
        if found:
            raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
        print(report(family, model, picture))
        verdicts += [
            put(f"{name}.png", encode_png(picture), accept),
            put(f"{name}.json", encode_json(golden_of(family, model, picture)), accept),
        ]
    return verdicts


# The model.


def model_of(family: str) -> RetinaNet:
    """The network of the other torchvision goldens, whose class 0 is silent; for MLPerf it is the last one."""
    model = build_model()
    if family == "mlperf":
        given = model.transform
        model.transform = GeneralizedRCNNTransform(
            SIDE, SIDE, given.image_mean, given.image_std, fixed_size=(SIDE, SIDE)
        )
        logits = model.head.classification_head.cls_logits
        for parameter in (logits.weight, logits.bias):
            by_anchor = parameter.data.view(-1, CLASSES, *parameter.shape[1:])
            by_anchor.copy_(by_anchor.roll(-1, 1))
    return model


def export(family: str, model: RetinaNet) -> bytes:
    if family == "mlperf":
        example, axes = torch.zeros(1, 3, SIDE, SIDE), {}
    else:
        example, axes = ([torch.zeros(3, 480, 640)],), {"images": {1: "H", 2: "W"}}
    file = io.BytesIO()
    torch.onnx.export(
        model, example, file,
        # Folding would make a list of 120,087 anchors.
        opset_version=OPSET, do_constant_folding=False, input_names=["images"], output_names=OUTPUTS,
        dynamic_axes={**axes, **{name: {0: "M"} for name in OUTPUTS}},
    )  # fmt: skip
    exported = onnx.load_from_string(file.getvalue())
    shorten_names(exported.graph)
    return exported.SerializeToString()


def shorten_names(graph: onnx.GraphProto) -> None:
    """Names of nodes and inner values are a third of the file, and no runtime needs them."""
    kept = {value.name for value in [*graph.input, *graph.output]} | {""}
    numbers: dict = {}

    def short(name: str) -> str:
        return name if name in kept else f"v{numbers.setdefault(name, len(numbers))}"

    def rename(part: onnx.GraphProto) -> None:
        part.ClearField("value_info")
        for value in [*part.initializer, *part.input, *part.output]:
            value.name = short(value.name)
        for node in part.node:
            node.ClearField("name")
            node.ClearField("doc_string")
            node.input[:] = [short(name) for name in node.input]
            node.output[:] = [short(name) for name in node.output]
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    rename(attribute.g)

    rename(graph)


# What the frameworks make of a picture.


def prepare(family: str, picture: np.ndarray) -> np.ndarray:
    """Pixels for the graph, `(H, W, 3)`, 0 to 255."""
    if family != "mlperf":
        return picture
    return cv2.resize(picture.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def golden_of(family: str, model: RetinaNet, picture: np.ndarray) -> dict:
    height, width = picture.shape[:2]
    detections, (_, _, sizes) = detect(model, to_tensor(prepare(family, picture)))
    boxes = detections["boxes"].double()
    if family == "mlperf":
        boxes = boxes / SIDE * torch.tensor([width, height] * 2)
    limits = torch.tensor([width, height] * 2)
    boxes = boxes.clamp(min=0).minimum(limits)  # as in all goldens; it takes away float noise alone
    return {
        "picture": f"{width}x{height}.png",
        "framework": f"torchvision {VERSION}",
        "resized": list(sizes[0]),
        "padded": [-(-side // 32) * 32 for side in sizes[0]],
        "detections": [
            {"label": label, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
            for label, score, box in zip(detections["labels"].tolist(), detections["scores"].tolist(), boxes.tolist())
        ],
    }


def run(graph: bytes, image: torch.Tensor) -> dict:
    """The exported graph's own detections."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(graph, settings, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    feed = image.numpy()[None] if len(given.shape) == 4 else image.numpy()
    return {name: torch.from_numpy(value) for name, value in zip(OUTPUTS, session.run(OUTPUTS, {given.name: feed}))}


def doubts(family: str, model: RetinaNet, graph: bytes, picture: np.ndarray) -> Iterator[str]:
    """Names every decision in a picture that float noise could turn round, or that the graph takes otherwise."""
    prepared = prepare(family, picture)
    yield from doubts_of_model(model, prepared)
    expected, _ = detect(model, to_tensor(prepared))
    if not agree(expected, run(graph, to_tensor(prepared))):
        yield "the graph"
    if family == "mlperf" and not agree(expected, detect(model, to_tensor(resample(picture)))[0]):
        yield "resampling in float64"


def resample(picture: np.ndarray) -> np.ndarray:
    """`prepare` without OpenCV, whose weights are float32."""
    exact = picture.astype(np.float64)
    for axis, side in enumerate(picture.shape[:2]):
        at = ((np.arange(SIDE) + 0.5) * side / SIDE - 0.5).clip(0, side - 1)
        low = np.floor(at).astype(int)
        weight = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        exact = exact.take(low, axis) * (1 - weight) + exact.take(np.minimum(low + 1, side - 1), axis) * weight
    return exact.astype(np.float32)


def report(family: str, model: RetinaNet, picture: np.ndarray) -> str:
    """One line of numbers per picture, for whoever accepts a golden; it names the picture as the graph gets it."""
    return f"{picture.shape[1]}x{picture.shape[0]}: {report_of_model(model, prepare(family, picture))}"


# What the manifests say.


def manifest_of(family: str, model: RetinaNet, graph: bytes) -> dict:
    stretched = family == "mlperf"
    return {
        "manifest": 1,
        "id": family,
        "title": f"A small random RetinaNet by torchvision {VERSION}, exported whole",
        "licence": "BSD-3-Clause",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [None if label == 0 and not stretched else f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float32",
            "name": "images",
            "layout": "nchw",
            "batch": 1 if stretched else None,
            "colour": "rgb",
            "divisor": 255,
            "mean": [0, 0, 0],
            "std": [1, 1, 1],
        },
        "resize": {"kind": "stretch", "width": SIDE, "height": SIDE} if stretched else {"kind": "none"},
        "resample": {"kind": "bilinear", "antialias": False, "factor": "per-side", "rounding": "none"},
        "pad": {"kind": "none", "value": 0},
        "outputs": {
            "kind": "finished",
            **{name: name for name in OUTPUTS},
            "count": None,
            "batched": False,
            "corners": "xyxy",
            "space": "input",
        },
        "postprocess": {"score": model.score_thresh, "scoreTest": "greater", "limit": model.detections_per_img},
    }


def twins_of(family: str) -> list:
    twins = [
        ("colours in the order of BGR", "input.colour", "bgr"),
        ("the mean subtracted twice", "input.mean", [0.485, 0.456, 0.406]),
        ("corners in the order of y, x", "outputs.corners", "yxyx"),
        ("boxes in parts of the input", "outputs.space", "unit"),
    ]
    if family == "mlperf":
        twins += [
            ("antialias", "resample.antialias", True),
            ("pixels rounded by the resize", "resample.rounding", "each-pass"),
        ]
    else:
        twins += [
            ("pixels from 0 to 255", "input.divisor", 1),
            ("the picture stretched first", "resize", {"kind": "stretch", "width": SIDE, "height": SIDE}),
        ]
    return [{"claim": claim, "property": path, "value": value} for claim, path, value in twins]


if __name__ == "__main__":
    main()
