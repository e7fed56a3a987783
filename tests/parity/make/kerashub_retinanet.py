"""Writes KerasHub's own detections of drawn pictures, by one small random RetinaNet in two exports.

    python tests/parity/make/kerashub_retinanet.py [--accept]

Wants keras, keras-hub, tensorflow, tf2onnx, onnx and torch. It writes into tests/parity/goldens/

    kerashub/        any input size; `pad_to_aspect_ratio`, as the presets of KerasHub
    kerashub-crop/   one input size; `crop_to_aspect_ratio`, which is the default of `ImageConverter`

FPN, heads, anchors, decoder and NMS are KerasHub's own with fewer channels. The backbone is one convolution per stride.
Pictures go in as float32, as `keras.utils.img_to_array` gives them: bytes would be rounded after the resize.

KerasHub leaves boxes in input pixels. They are moved back to the picture by the window that Keras cuts or pads
(keras/src/backend/tensorflow/image.py, `resize`), not by its `Resizing` layer, whose boxes are another pixel off.
"""

import hashlib
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

os.environ.update(
    KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="-1"
)

import keras
import keras_hub
import numpy as np
import onnx
import tensorflow as tf
from keras_hub.src.models.retinanet import retinanet_backbone, retinanet_object_detector

from golden import draw, encode_json, encode_png, put, put_settings

CLASSES, CHANNELS = 3, 8
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
# (width, height): seed of a drawing whose boxes all have a positive edge: the NMS of KerasHub drops other boxes.
PICTURES = {(333, 500): 1, (640, 480): 2, (480, 360): 4}
# (width, height), in multiples of 32 that 64 or 128 does not divide: strides are then no powers of two.
SIZES = {"kerashub": (288, 288), "kerashub-crop": (352, 224)}
LOGIT_MEAN, LOGIT_SPREAD, DELTA_SPREAD = -1.5, 0.8, 0.3


def main() -> None:
    accept = "--accept" in sys.argv
    retinanet_backbone.FeaturePyramid = partial(retinanet_backbone.FeaturePyramid, num_filters=CHANNELS)
    head = retinanet_object_detector.PredictionHead
    retinanet_object_detector.PredictionHead = lambda **options: head(**{**options, "num_filters": CHANNELS})
    for name, (width, height) in SIZES.items():
        keras.backend.clear_session()
        model = build((None, None) if name == "kerashub" else (height, width), crops=name != "kerashub", size=(height, width))
        write(name, model, accept)


def build(image_shape: tuple, crops: bool, size: tuple) -> keras.Model:
    inputs = keras.Input((*image_shape, 3))
    features, stages = inputs, {}
    for level, width in enumerate([8, 8, CHANNELS, CHANNELS, CHANNELS], 1):
        features = keras.layers.Conv2D(width, 3, strides=2, padding="same", activation="relu", name=f"c{level}")(features)
        stages[f"P{level}"] = features
    encoder = keras.Model(inputs, features)
    encoder.pyramid_outputs = {level: stages[level] for level in ("P3", "P4", "P5")}
    backbone = keras_hub.models.RetinaNetBackbone(
        image_encoder=encoder, min_level=3, max_level=7, use_p5=False, image_shape=(*image_shape, 3)
    )
    converter = keras_hub.layers.RetinaNetImageConverter(
        image_size=size, crop_to_aspect_ratio=crops, pad_to_aspect_ratio=not crops,
        scale=[1 / 255 / s for s in STD], offset=[-m / s for m, s in zip(MEAN, STD)],
    )
    model = keras_hub.models.RetinaNetObjectDetector(
        backbone=backbone, num_classes=CLASSES, bounding_box_format="xyxy", pre_logits_num_conv_layers=1,
        preprocessor=keras_hub.models.RetinaNetObjectDetectorPreprocessor(image_converter=converter),
    )
    set_weights(model)
    return model


def set_weights(model: keras.Model) -> None:
    """Random weights, from numpy, whose outputs are standardised one convolution after the other; see golden.py."""
    random = np.random.RandomState(6)
    convs = list(convolutions(model))
    for conv in convs:
        shape = conv.kernel.shape
        kernel = random.standard_normal((1, 1, *shape[2:])) + 2 * random.standard_normal(shape)
        conv.kernel.assign(kernel / np.prod(shape[:3]) ** 0.5)
        conv.bias.assign(np.zeros(shape[3]))
    (first,) = (conv for conv in convs if conv.name == "c1")
    first.kernel.assign(first.kernel - 0.9 * first.kernel.numpy().mean((0, 1, 2)))
    logits, deltas = model.classification_head.prediction_layer, model.box_head.prediction_layer
    by_anchor = logits.kernel.numpy().reshape(3, 3, CHANNELS, -1, CLASSES)
    by_anchor += 4 * by_anchor[..., :1, :].copy()
    logits.kernel.assign(by_anchor.reshape(logits.kernel.shape))
    for conv in convs:
        conv.call = standardising(conv)
    image = model.preprocessor.image_converter(np.float32(draw(640, 480, shapes=40, seed=1))[None])
    model(image)
    for conv in convs:
        del conv.call
    outputs = model(image)
    for conv, name, spread, mean in (
        (logits, "cls_logits", LOGIT_SPREAD, LOGIT_MEAN), (deltas, "bbox_regression", DELTA_SPREAD, 0),
    ):
        gain = spread / max(np.round(np.std(outputs[name]) * 16), 1) * 16
        conv.kernel.assign(conv.kernel * gain)
        conv.bias.assign((conv.bias - np.round(np.mean(outputs[name]) * 16) / 16) * gain + mean)


def convolutions(model):
    """Convolutions of a model and of the layers in it, each once."""
    found = {id(layer): layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Conv2D)}
    return found.values()


def standardising(conv):
    call, corrected = conv.call, []

    def standardised(inputs):
        if not corrected:
            corrected.append(conv)
            output = conv.convolution_op(inputs, conv.kernel).numpy()
            scale = np.maximum(np.round(16 / output.std((0, 1, 2))), 1) / 16
            conv.kernel.assign(conv.kernel * scale)
            conv.bias.assign(np.round(-16 * output.mean((0, 1, 2)) * scale) / 16)
        return call(inputs)

    return standardised


def write(name: str, model: keras.Model, accept: bool) -> None:
    graph = export(model)
    put(f"{name}/model.onnx", graph, accept)
    put_settings(f"{name}/manifest.json", manifest_of(name, graph), accept)
    put_settings(f"{name}/twins.json", twins_of(name), accept)
    for (width, height), seed in PICTURES.items():
        picture = draw(width, height, shapes=30, seed=seed)
        golden = {
            "picture": f"{width}x{height}.png",
            "framework": f"keras-hub {keras_hub.__version__}",
            "detections": detect(name, model, picture),
        }
        print(len(golden["detections"]), "detections")
        put(f"{name}/{width}x{height}.png", encode_png(picture), accept)
        put(f"{name}/{width}x{height}.json", encode_json(golden), accept)


def export(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        model.export(str(file), format="onnx", verbose=False)
        graph = onnx.load(file)
    for node in graph.graph.node:
        node.ClearField("name")
    return graph.SerializeToString()


def detect(name: str, model: keras.Model, picture: np.ndarray) -> list:
    """KerasHub's detections, moved back to the picture and clipped to it."""
    image = model.preprocessor.image_converter(np.float32(picture)[None])
    found = {key: np.array(value)[0] for key, value in model.predict_step(image).items()}
    height, width = picture.shape[:2]
    left, top, across, down = window(SIZES[name], width, height, crops=name != "kerashub")
    (input_width, input_height) = SIZES[name]
    scale = np.array([across / input_width, down / input_height] * 2)
    boxes = found["boxes"] * scale + [left, top, left, top]
    boxes = boxes.clip(0, [width, height, width, height])
    rows = [
        {"label": int(label), "score": round(float(score), 8), "box": [round(float(edge), 4) for edge in box]}
        for label, score, box in zip(found["labels"], found["confidence"], boxes)
        if label >= 0
    ]
    return sorted(rows, key=lambda row: -row["score"])


def window(size: tuple, width: int, height: int, crops: bool) -> tuple:
    """Left, top, width and height of the area of the picture that Keras resizes; it may reach beyond the picture."""
    high, wide = int(width * size[1] / size[0]), int(height * size[0] / size[1])
    if crops:
        wide, high = max(min(width, wide), 1), max(min(height, high), 1)
        return (width - wide) // 2, (height - high) // 2, wide, high
    left, top = (max(width, wide) - width) // 2, (max(height, high) - height) // 2
    return -left, -top, width + 2 * left, height + 2 * top


def manifest_of(name: str, graph: bytes) -> dict:
    width, height = SIZES[name]
    loaded = onnx.load_from_string(graph).graph
    paper = [[int(2**level * 4 * 2 ** (scale / 3)) for scale in range(3)] for level in range(3, 8)]
    return {
        "manifest": 1,
        "id": name,
        "title": f"A small random RetinaNet of keras-hub {keras_hub.__version__}",
        "licence": "Apache-2.0",
        "graph": {"file": "model.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "bytes": len(graph)},
        "labels": [f"class {label}" for label in range(CLASSES)],
        "input": {
            "type": "float32", "name": loaded.input[0].name, "layout": "nhwc", "batch": 1,
            "colour": "rgb", "divisor": 255, "mean": MEAN, "std": STD,
        },
        "resize": {"kind": "letterbox" if name == "kerashub" else "crop", "width": width, "height": height},
        "resample": {"kind": "bilinear", "antialias": False, "factor": "per-side", "rounding": "none"},
        "pad": {"kind": "none", "value": [round(-m / s, 6) for m, s in zip(MEAN, STD)]},
        "outputs": {"kind": "joined", "scores": "cls_logits", "deltas": "bbox_regression"},
        "anchors": {
            "kind": "sizes",
            "levels": [{"stride": 8 << i, "sizes": sizes} for i, sizes in enumerate(paper)],
            "unit": "pixels", "ratios": [0.5, 1, 2], "order": "ratio-size", "rounding": "half-even",
            "centre": 0, "strides": "floor-input-over-grid", "extent": "edges",
        },
        "boxes": {"kind": "centre-size", "order": "xy", "weights": [1, 1, 1, 1], "extent": "edges", "clamp": None},
        "postprocess": {
            "activation": "sigmoid", "background": None, "candidates": {"perLevel": None, "total": None},
            "clip": "none", "nms": {"iou": 0.5, "perClass": False}, "empty": "keep",
            "score": 0.5, "scoreTest": "greater", "limit": 100,
        },
    }  # fmt: skip


def twins_of(name: str) -> list:
    width, height = SIZES[name]
    other = {"kerashub": "crop", "kerashub-crop": "letterbox"}[name]
    size = {"width": width, "height": height}
    return [
        {"claim": f"resize.kind {other}", "property": "resize", "value": {"kind": other, **size}},
        {"claim": "a stretched image", "property": "resize", "value": {"kind": "stretch", **size}},
        {"claim": "anchors in the middle of a cell", "property": "anchors.centre", "value": 0.5},
    ]


main()
