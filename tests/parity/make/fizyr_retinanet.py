"""Writes keras-retinanet's own detections of drawn pictures, by one small random RetinaNet in three exports.

Run it with keras-retinanet 1.0.0 (fizyr), the reference, in a Python 3.11 that holds

    tensorflow-cpu==2.15.1 tf2onnx==1.17.0 onnx==1.15.0 onnxruntime opencv-python-headless==4.10.0.84 pillow torch
    cython, and keras-retinanet==1.0.0 by pip install --no-deps --no-build-isolation

    python tests/parity/make/fizyr_retinanet.py

(Called keras_retinanet.py, it would hide the package.) It writes into tests/parity/goldens/

    keras-retinanet/           `retinanet`, the training model: corner deltas, and scores after the sigmoid
    keras-retinanet-decoded/   `retinanet_bbox` up to its ClipBoxes: boxes in input pixels, and scores
    keras-retinanet-finished/  `retinanet_bbox`: 300 boxes, scores and labels, best first; those that lack are -1

A file that is there already is only compared; --accept rewrites it. A golden that float noise could
change is refused: --search N lists the drawing seeds below N that are steady.

The package does all of it itself, in the order of utils/coco_eval.py `evaluate_coco` and of its example notebook:

    utils/image.py `preprocess_image`        BGR, float32, less the mean
    utils/image.py `resize_image`            cv2.resize(fx=scale, fy=scale), whose sides are rounded half to even and
                                             whose pixels are sampled by 1 / scale (OpenCV, resize.cpp, `cv::resize`)
    backend/backend.py `shift`               centres in the middle of a cell; a grid is ceil(side / stride), as every
                                             convolution pads "same" (utils/anchors.py, `guess_shapes`, says so too)
    utils/anchors.py `generate_anchors`      exact sizes; the ratio varies slowest
    backend/backend.py `bbox_transform_inv`  each corner moves by 0.2 · delta · side of the anchor
    layers/_misc.py `ClipBoxes`              to 0 … W - 1 and 0 … H - 1 of the input
    layers/filter_detections.py              score > 0.05, NMS per class drops IoU > 0.5, best 300, no top-k before it
    `boxes /= scale`                         the one factor for both axes; no box can leave the source by it

utils/eval.py and the training generator resize the bytes and subtract the mean from what that rounds instead.
"""

import argparse
import hashlib
import os
import sys
from functools import partial
from typing import Callable, Iterator, NamedTuple

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")

import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
import torch
from keras_retinanet.backend import bbox_transform_inv
from keras_retinanet.layers import ClipBoxes
from keras_retinanet.layers.filter_detections import filter_detections
from keras_retinanet.models import retinanet as framework
from keras_retinanet.utils.anchors import AnchorParameters, anchors_for_shape
from keras_retinanet.utils.compute_overlap import compute_overlap
from keras_retinanet.utils.image import preprocess_image, resize_image
from tensorflow import keras

from golden import GOLDENS, agree, draw, encode_json, encode_png, put, put_settings

# (width, height): (shapes, seed). The other side is never whole before it is rounded, so one factor and a ratio per
# side differ; rounding moves it up, but with "decoded" it is half way and moves down.
PICTURES = {
    "keras-retinanet": {
        (640, 480): (60, 1), (480, 640): (30, 9), (1089, 801): (30, 2), (1000, 300): (30, 8), (97, 63): (5, 7),
    },
    "keras-retinanet-decoded": {(425, 320): (20, 7), (320, 425): (20, 4), (866, 640): (30, 9), (97, 64): (5, 7)},
    "keras-retinanet-finished": {(640, 480): (40, 6), (337, 500): (10, 6), (1351, 1001): (20, 11), (97, 63): (8, 2)},
}  # fmt: skip

CLASSES = 5
CHANNELS = 10  # keeps the finished graph, nodes for the most part, below 250 KB
PIXEL_SPREAD = 64
LOGIT_MEAN, LOGIT_SPREAD = -6.5, 1.0  # puts some hundred scores of a picture above the threshold
DELTA_SPREAD = 0.4  # in fifths of an anchor's side
CLASS_SHIFTS = [0.8, 0.6, 0.2, 0, -0.2]  # so that no class has nearly all detections
GAINS = {"P5": 1.3, "P6": 2.3, "P7": 1.3}  # so that the coarse levels, which have few cells, have scores too
OPSET = 15

THRESHOLDS = {"score_threshold": 0.05, "nms_threshold": 0.5}  # the defaults of `filter_detections`
VERSION = "keras-retinanet 1.0.0"
LIMIT = 300
SCORE_MARGIN = 2e-6
IOU_MARGIN = 1e-5
LOGIT_NOISE = 3e-6
EDGE_NOISE = 1e-4


class Models(NamedTuple):
    """One network, cut in three places; the heads of `decoded` are boxes, clipped, and scores."""

    training: keras.Model
    decoded: keras.Model
    inference: keras.Model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="rewrite goldens that differ")
    parser.add_argument("--search", type=int, metavar="N", help="list the steady seeds below N, write nothing")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    models = build_models()
    if options.search:
        search(models, options.search)
        return
    verdicts = [verdict for family in PICTURES for verdict in write_family(family, models, options.accept)]
    sys.exit("some goldens differ; --accept rewrites them" if "differs" in verdicts else 0)


def search(models: Models, end: int) -> None:
    for family, pictures in PICTURES.items():
        graph = graph_of(family, models)
        for (width, height), (shapes, _) in pictures.items():
            for seed in range(end):
                picture = draw(width, height, shapes, seed)
                if not any(doubts(family, models, graph, picture)):
                    print(f"{family} seed {seed}:", report(models, picture), flush=True)


def write_family(family: str, models: Models, accept: bool) -> list:
    graph = graph_of(family, models)
    verdicts = [
        put(f"{family}/model.onnx", graph, accept),
        put_settings(f"{family}/manifest.json", manifest_of(family, models, graph), accept),
        put_settings(f"{family}/twins.json", twins_of(family), accept),
    ]
    for (width, height), (shapes, seed) in PICTURES[family].items():
        picture = draw(width, height, shapes, seed)
        name = f"{family}/{width}x{height}"
        found = list(doubts(family, models, graph, picture))
        if found:
            raise RuntimeError(f"Cannot use {name} as float noise could change it: {', '.join(found)}")
        print(report(models, picture))
        verdicts += [
            put(f"{name}.png", encode_png(picture), accept),
            put(f"{name}.json", encode_json(golden_of(models, picture)), accept),
        ]
    return verdicts


# The model.


def build_models() -> Models:
    """keras-retinanet's RetinaNet with its own layers and defaults, but few channels, on one convolution per stride."""
    inputs = keras.layers.Input((None, None, 3), name="input_1")
    features, stages = inputs, {}
    for i, width in enumerate([8, 8, CHANNELS, CHANNELS, CHANNELS], 1):
        features = keras.layers.Conv2D(width, 3, strides=2, padding="same", activation="relu", name=f"C{i}")(features)
        stages[f"C{i}"] = features
    anchors = AnchorParameters.default.num_anchors()
    regression = framework.default_regression_model(4, anchors, CHANNELS, CHANNELS)
    classification = framework.default_classification_model(
        CLASSES, anchors, CHANNELS, classification_feature_size=CHANNELS
    )
    training = framework.retinanet(
        inputs, {name: stages[name] for name in ("C3", "C4", "C5")}, CLASSES,
        create_pyramid_features=partial(getattr(framework, "__create_pyramid_features"), feature_size=CHANNELS),
        submodels=[("regression", regression), ("classification", classification)],
    )  # fmt: skip
    set_weights(training)
    inference = framework.retinanet_bbox(training)
    boxes = inference.get_layer("clipped_boxes").output
    return Models(training, keras.Model(training.inputs, [boxes, training.outputs[1]]), inference)


def set_weights(model: keras.Model) -> None:
    """Random weights that give every level scores above the threshold.

    1. Draw them, from numpy, as its generator is the same in every version; let the first look at edges, for the most
       part, as flat colours differ too much from picture to picture.
    2. Let the anchors of a cell nearly agree on the class, so that NMS has work.
    3. Standardise every convolution's output on four pictures.
    4. Set the range of logits and deltas.
    """
    random = np.random.RandomState(6)
    convs = {conv.name: conv for conv in convolutions(model)}
    for conv in convs.values():
        kernel = random.standard_normal((1, 1, *conv.kernel.shape[2:])) + 2 * random.standard_normal(conv.kernel.shape)
        conv.kernel.assign(kernel / np.prod(kernel.shape[:3]) ** 0.5)
    first = convs["C1"].kernel.numpy()
    convs["C1"].kernel.assign((first - 0.9 * first.mean((0, 1, 2))) / PIXEL_SPREAD)

    logits, deltas = convs["pyramid_classification"], convs["pyramid_regression"]
    by_anchor = logits.kernel.numpy().reshape(3, 3, CHANNELS, -1, CLASSES)
    by_anchor += 4 * by_anchor[..., :1, :].copy()
    logits.kernel.assign(by_anchor.reshape(logits.kernel.shape))

    for conv in convs.values():
        conv.call = standardising(conv)
    model(np.stack([prepare(draw(320, 240, shapes=30, seed=seed))[0] for seed in range(4)]))
    for conv in convs.values():
        del conv.call

    for name, gain in GAINS.items():
        convs[name].kernel.assign(convs[name].kernel * gain)
    logits.kernel.assign(logits.kernel * LOGIT_SPREAD)
    logits.bias.assign(logits.bias * LOGIT_SPREAD + LOGIT_MEAN + np.tile(CLASS_SHIFTS, logits.filters // CLASSES))
    deltas.kernel.assign(deltas.kernel * DELTA_SPREAD)
    deltas.bias.assign(deltas.bias * DELTA_SPREAD)


def convolutions(model: keras.Model) -> Iterator[keras.layers.Conv2D]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from convolutions(layer)
        elif isinstance(layer, keras.layers.Conv2D):
            yield layer


def standardising(conv: keras.layers.Conv2D) -> Callable:
    """A convolution's `call` that corrects it first, once, by sixteenths; see golden.py, `standardise`."""
    call, corrected = conv.call, []

    def standardised(inputs: tf.Tensor) -> tf.Tensor:
        if not corrected:
            corrected.append(conv)
            output = conv.convolution_op(inputs, conv.kernel).numpy()
            scale = np.maximum(np.round(16 / output.std((0, 1, 2))), 1) / 16
            conv.kernel.assign(conv.kernel * scale)
            conv.bias.assign(np.round(-16 * output.mean((0, 1, 2)) * scale) / 16)
        return call(inputs)

    return standardised


def export(model: keras.Model) -> bytes:
    exported, _ = tf2onnx.convert.from_keras(model, opset=OPSET)
    drop_node_names(exported.graph)
    return exported.SerializeToString()


def drop_node_names(graph: onnx.GraphProto) -> None:
    """They are a sixth of the file, and no runtime needs them."""
    for node in graph.node:
        node.ClearField("name")
        for attribute in node.attribute:
            if attribute.HasField("g"):
                drop_node_names(attribute.g)


def graph_of(family: str, models: Models) -> bytes:
    """The graph that is there while it says the same, as tf2onnx puts names and nodes in another order every time."""
    file = GOLDENS / family / "model.onnx"
    images = [prepare(draw(*size, *look))[0] for size, look in PICTURES[family].items()]
    if file.exists() and all(agree(infer(models, image), detect(family, file.read_bytes(), image)) for image in images):
        return file.read_bytes()
    return export(dict(zip(PICTURES, models))[family])


# What keras-retinanet makes of a picture.


def prepare(picture: np.ndarray) -> tuple:
    """The input `(H, W, 3)`, and the factor that made it."""
    return resize_image(preprocess_image(picture[:, :, ::-1]))


def golden_of(models: Models, picture: np.ndarray) -> dict:
    image, scale = prepare(picture)
    detections = infer(models, image)
    boxes = detections["boxes"].numpy() / np.float32(scale)
    boxes = boxes.clip(0, [picture.shape[1], picture.shape[0]] * 2)  # as in all goldens, though it changes nothing here
    return {
        "picture": f"{picture.shape[1]}x{picture.shape[0]}.png",
        "framework": VERSION,
        "resized": list(image.shape[:2]),
        "padded": list(image.shape[:2]),
        "detections": [
            {"label": label, "score": float(f"{score:.8g}"), "box": [round(edge, 4) for edge in box]}
            for label, score, box in zip(detections["labels"].tolist(), detections["scores"].tolist(), boxes.tolist())
        ],
    }


def infer(models: Models, image: np.ndarray) -> dict:
    """keras-retinanet's detections; boxes in input pixels."""
    return columns_of([output[0] for output in models.inference(image[None])])


def postprocess(heads: tuple, **settings) -> dict:
    """keras-retinanet's post-processing of `(R, 4)` boxes and `(R, K)` scores; boxes in input pixels."""
    return columns_of(filter_detections(*heads, **settings))


def columns_of(outputs: list) -> dict:
    boxes, scores, labels = (torch.from_numpy(np.array(output)) for output in outputs)
    real = labels >= 0
    return {"boxes": boxes[real], "scores": scores[real], "labels": labels[real]}


def detect(family: str, graph: bytes, image: np.ndarray) -> dict:
    """Runs an exported graph elsewhere than in TensorFlow, and does what it leaves to do."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {session.get_inputs()[0].name: image[None]})
    if family == "keras-retinanet-finished":
        return columns_of([output[0] for output in outputs])
    boxes, scores = outputs
    if family == "keras-retinanet":
        anchors = anchors_for_shape(image.shape).astype(np.float32)
        boxes = ClipBoxes()([image[None], bbox_transform_inv(anchors[None], boxes)]).numpy()
    return postprocess((boxes[0], scores[0]))


def doubts(family: str, models: Models, graph: bytes, picture: np.ndarray) -> Iterator[str]:
    """Names every decision in a picture that float noise could turn round, the likeliest first."""
    image, _ = prepare(picture)
    heads = tuple(output.numpy()[0] for output in models.decoded(image[None]))
    scores = postprocess(heads, max_detections=LIMIT + 1)["scores"]
    if (scores[:-1] - scores[1:]).min() < SCORE_MARGIN:
        yield "order of detections"

    expected = infer(models, image)
    for (name, threshold), margin in zip(THRESHOLDS.items(), (SCORE_MARGIN, IOU_MARGIN)):
        for value in (threshold - margin, threshold + margin):
            if not agree(expected, postprocess(heads, **{name: value})):
                yield f"{name} at {value:.5f}"
    if has_close_rival(expected, heads):
        yield "order in NMS"

    others = {
        "heads": postprocess(heads),
        "onnxruntime": detect(family, graph, image),
        "resampling in float64": infer(models, resample(picture)),
        **{f"noise {seed}": postprocess(add_noise(heads, seed)) for seed in range(3)},
    }
    for name, other in others.items():
        if not agree(expected, other):
            yield name


def resample(picture: np.ndarray) -> np.ndarray:
    """`prepare` without OpenCV, whose weights are float32: an error of 6e-5 at column 1000."""
    image, scale = prepare(picture)
    exact = preprocess_image(picture[:, :, ::-1]).astype(np.float64)
    for axis, side in enumerate(image.shape[:2]):
        at = ((np.arange(side) + 0.5) / scale - 0.5).clip(0, picture.shape[axis] - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, picture.shape[axis] - 1)
        weight = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        exact = exact.take(low, axis) * (1 - weight) + exact.take(high, axis) * weight
    return exact.astype(np.float32)


def add_noise(heads: tuple, seed: int) -> tuple:
    random = np.random.RandomState(seed)
    boxes, scores = heads
    noise = random.standard_normal(scores.shape) * LOGIT_NOISE * scores * (1 - scores)
    boxes = boxes + EDGE_NOISE * random.standard_normal(boxes.shape)
    return boxes.astype(np.float32), (scores + noise).astype(np.float32)


def has_close_rival(kept: dict, heads: tuple) -> bool:
    """Whether a detection and a candidate that it suppresses, or the reverse, have nearly one score."""
    boxes, scores = heads
    for label in range(CLASSES):
        mine = kept["labels"].numpy() == label
        above = scores[:, label] > THRESHOLDS["score_threshold"]
        gaps = abs(kept["scores"].numpy()[mine, None] - scores[above, label])
        overlaps = compute_overlap(kept["boxes"].numpy()[mine].astype(float), boxes[above].astype(float))
        if ((gaps > 0) & (gaps < SCORE_MARGIN) & (overlaps > THRESHOLDS["nms_threshold"] - IOU_MARGIN)).any():
            return True
    return False


def report(models: Models, picture: np.ndarray) -> str:
    """One line of numbers per picture, for whoever accepts a golden."""
    golden = golden_of(models, picture)
    image, _ = prepare(picture)
    heads = tuple(output.numpy()[0] for output in models.decoded(image[None]))
    strides = AnchorParameters.default.strides
    cells = [-(-image.shape[0] // stride) * -(-image.shape[1] // stride) for stride in strides]
    ends = np.cumsum(cells)[:-1] * AnchorParameters.default.num_anchors()
    levels = np.split(heads[1], ends)
    counts = [int((scores > THRESHOLDS["score_threshold"]).sum()) for scores in levels]
    unlimited = postprocess(heads, max_detections=10**6)
    shown = postprocess(heads)
    height, width = image.shape[:2]
    at_border = (shown["boxes"] <= 0).any(1) | (shown["boxes"] >= torch.tensor([width - 1, height - 1] * 2)).any(1)
    return (
        f"{golden['picture']} resized {golden['resized']}: {len(golden['detections'])} detections"
        f", {int(at_border.sum())} at the border, per class {shown['labels'].bincount(minlength=CLASSES).tolist()}"
        f", per level {[int(np.isin(shown['scores'], scores).sum()) for scores in levels]}"
        f", of candidates per level {counts}, NMS drops {sum(counts) - len(unlimited['scores'])}"
        f", the limit {len(unlimited['scores']) - len(shown['scores'])}"
        f", scores {shown['scores'].max():.3f} to {shown['scores'].min():.3f}"
    )


# What the manifests say.


def manifest_of(family: str, models: Models, graph: bytes) -> dict:
    model = dict(zip(PICTURES, models))[family]
    return {
        "manifest": 1,
        "id": family,
        "title": f"A small random RetinaNet by {VERSION}",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float32",
            "name": model.input_names[0],
            "layout": "nhwc",
            "batch": 1,
            "colour": "bgr",
            "divisor": 1,
            "mean": [103.939, 116.779, 123.68],
            "std": [1, 1, 1],
        },
        "resize": {
            "kind": "shortest",
            "shortest": 800,
            "longest": 1333,
            "scale": "float64",
            "rounding": "half-even",
            "factor": "one",
        },
        "resample": {"kind": "bilinear", "antialias": False, "factor": "one", "rounding": "none"},
        "pad": {"kind": "none", "value": 0},
        **outputs_of(family, model.output_names),
    }


def outputs_of(family: str, names: list) -> dict:
    threshold = {"score": THRESHOLDS["score_threshold"], "scoreTest": "greater", "limit": LIMIT}
    if family == "keras-retinanet-finished":
        boxes, scores, labels = names
        outputs = {"kind": "finished", "boxes": boxes, "scores": scores, "labels": labels, "count": None}
        return {"outputs": {**outputs, "batched": True, "corners": "xyxy", "space": "input"}, "postprocess": threshold}
    postprocess = {
        "activation": "none",
        "background": None,
        "candidates": {"perLevel": None, "total": None},
        "clip": "input-pixels",
        "nms": {"iou": THRESHOLDS["nms_threshold"], "perClass": True},
        "empty": "keep",
        **threshold,
    }
    outputs = {"kind": "joined", "scores": names[1], "deltas": names[0]}
    if family == "keras-retinanet-decoded":
        return {
            "outputs": outputs,
            "anchors": {"kind": "none"},
            "boxes": {"kind": "decoded", "corners": "xyxy", "space": "input", "extent": "edges"},
            "postprocess": {**postprocess, "clip": "none"},
        }
    return {
        "outputs": outputs,
        "anchors": anchors_by_default(),
        "boxes": {"kind": "corners", "order": "xy", "weights": [5, 5, 5, 5], "extent": "edges"},
        "postprocess": postprocess,
    }


def anchors_by_default() -> dict:
    default = AnchorParameters.default
    return {
        "kind": "sizes",
        "levels": [
            {"stride": stride, "sizes": [float(size * scale) for scale in default.scales]}
            for stride, size in zip(default.strides, default.sizes)
        ],
        "unit": "pixels",
        "ratios": default.ratios.tolist(),
        "order": "ratio-size",
        "rounding": "none",
        "centre": 0.5,
        "strides": "nominal",
        "extent": "edges",
    }


def twins_of(family: str) -> list:
    twins = {
        "keras-retinanet": [
            ("pixels sampled by each side's own ratio", "resample.factor", "per-side"),
            ("centres at the corner of the cell", "anchors.centre", 0),
            ("sizes varying slowest", "anchors.order", "size-ratio"),
            ("anchors rounded", "anchors.rounding", "half-even"),
            ("deltas in anchor sides", "boxes.weights", [1, 1, 1, 1]),
            ("boxes clipped to the picture's edges", "postprocess.clip", "picture"),
        ],
        "keras-retinanet-decoded": [
            ("half a pixel rounded up", "resize.rounding", "half-up"),
            ("boxes back by each side's own ratio", "resize.factor", "per-side"),
            ("no mean", "input.mean", [0, 0, 0]),
            ("corners in the order of y, x", "boxes.corners", "yxyx"),
            ("boxes that end at their last pixel", "boxes.extent", "last-pixel"),
            ("NMS over all classes", "postprocess.nms.perClass", False),
        ],
        "keras-retinanet-finished": [
            ("colours in the order of RGB", "input.colour", "rgb"),
            ("sides rounded down", "resize.rounding", "floor"),
            ("boxes back by each side's own ratio", "resize.factor", "per-side"),
            ("pixels sampled by each side's own ratio", "resample.factor", "per-side"),
            ("corners in the order of y, x", "outputs.corners", "yxyx"),
            ("boxes in parts of the input", "outputs.space", "unit"),
        ],
    }
    return [{"claim": claim, "property": path, "value": value} for claim, path, value in twins[family]]


if __name__ == "__main__":
    main()
