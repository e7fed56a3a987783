"""Goldens of output forms that no framework here has by itself: a golden graph with its outputs rewritten.

    python tests/parity/make/other_outputs.py [--accept]

- `packed-scores`: boxes and scores in one output `[1, M, 5]` with labels `[1, M]`, as MMDeploy exports them
  (mmdeploy/codebase/mmdet/deploy/object_detection.py). From `mlperf`.
- `decoded-centres`: decoded boxes as centre, width and height. From `keras-retinanet-decoded`.
- `transposed-heads`: joined heads `[1, K, R]` and `[1, 4, R]`. From `own-anchors`.
- `packed-heads`: joined heads in one output `[1, R, 4 + K]`, boxes first. From `own-anchors`.
- `extra-inputs`: the size and the scale of the image as inputs, and rows of class id, score and box in source pixels
  with their number, as PaddleDetection exports them (ppdet/modeling/post_process.py and layers.py). The size is
  int64, as in graphs of other exporters. From `mlperf`.

The detections are those that the framework of the original golden found: the new outputs hold the same numbers.
- `tensorflow-finished`: bytes of an image of any size as input, resized inside; `detection_boxes` in y, x, y, x from 0
  to 1, `detection_scores`, `detection_classes` as floats, and `num_detections` before rows of padding, as the
  TensorFlow Object Detection API exports them (object_detection/exporter_lib_v2.py). From `mlperf`.
"""

import hashlib
import json
import sys

import numpy as np
import onnx
from golden import GOLDENS, encode_json, put, put_settings
from onnx import TensorProto, helper, numpy_helper


def pack_scores(graph: onnx.GraphProto, names: dict) -> list:
    constants = {"packed_last": [-1], "packed_first": [0]}
    graph.initializer.extend(numpy_helper.from_array(np.array(v, np.int64), k) for k, v in constants.items())
    nodes = [
        helper.make_node("Unsqueeze", [names["scores"], "packed_last"], ["packed_column"]),
        helper.make_node("Concat", [names["boxes"], "packed_column"], ["packed_rows"], axis=-1),
        helper.make_node("Unsqueeze", ["packed_rows", "packed_first"], ["dets"]),
        helper.make_node("Unsqueeze", [names["labels"], "packed_first"], ["classes"]),
    ]
    labels = next(o for o in graph.output if o.name == names["labels"]).type.tensor_type.elem_type
    outputs = [
        helper.make_tensor_value_info("dets", TensorProto.FLOAT, [1, None, 5]),
        helper.make_tensor_value_info("classes", labels, [1, None]),
    ]
    graph.node.extend(nodes)
    del graph.output[:]
    graph.output.extend(outputs)
    return nodes


def feed_sizes(graph: onnx.GraphProto, names: dict) -> None:
    constants = {
        "fed_last": np.array([-1]), "fed_flip": np.array([1, 0, 1, 0]),
        "fed_start": np.array([0]), "fed_zero": np.array(0, np.float32),
    }
    graph.initializer.extend(
        numpy_helper.from_array(v if v.dtype == np.float32 else v.astype(np.int64), k) for k, v in constants.items()
    )
    graph.input.extend([
        helper.make_tensor_value_info("im_shape", TensorProto.INT64, [1, 2]),
        helper.make_tensor_value_info("scale_factor", TensorProto.FLOAT, [1, 2]),
    ])
    graph.node.extend([
        helper.make_node("Cast", ["im_shape"], ["fed_shape"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["fed_shape", "fed_flip"], ["fed_limits"], axis=1),
        helper.make_node("Gather", ["scale_factor", "fed_flip"], ["fed_scales"], axis=1),
        helper.make_node("Min", [names["boxes"], "fed_limits"], ["fed_below"]),
        helper.make_node("Max", ["fed_below", "fed_zero"], ["fed_clipped"]),
        helper.make_node("Div", ["fed_clipped", "fed_scales"], ["fed_boxes"]),
        helper.make_node("Cast", [names["labels"]], ["fed_ids"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["fed_ids", "fed_last"], ["fed_labels"]),
        helper.make_node("Unsqueeze", [names["scores"], "fed_last"], ["fed_scores"]),
        helper.make_node("Concat", ["fed_labels", "fed_scores", "fed_boxes"], ["multiclass_nms3_0.tmp_0"], axis=1),
        helper.make_node("Shape", ["multiclass_nms3_0.tmp_0"], ["fed_sides"]),
        helper.make_node("Gather", ["fed_sides", "fed_start"], ["fed_count"]),
        helper.make_node("Cast", ["fed_count"], ["multiclass_nms3_0.tmp_2"], to=TensorProto.INT32),
    ])
    del graph.output[:]
    graph.output.extend([
        helper.make_tensor_value_info("multiclass_nms3_0.tmp_0", TensorProto.FLOAT, [None, 6]),
        helper.make_tensor_value_info("multiclass_nms3_0.tmp_2", TensorProto.INT32, [1]),
    ])


def fed(manifest: dict) -> None:
    manifest["outputs"].update(
        boxes="multiclass_nms3_0.tmp_0", scores=None, labels=None, columns="label-score-box",
        count="multiclass_nms3_0.tmp_2", batched=False, space="source",
    )
    manifest["extraInputs"] = [
        {"name": "im_shape", "type": "int64", "shape": [1, 2], "value": ["resized-height", "resized-width"]},
        {"name": "scale_factor", "type": "float32", "shape": [1, 2], "value": ["scale-y", "scale-x"]},
    ]


def as_tensorflow(graph: onnx.GraphProto, names: dict) -> None:
    padding = 7
    floats = {"tf_scale": np.array(255), "tf_side": np.array(800), "tf_none": np.array([])}
    whole = {
        "tf_size": [1, 3, 800, 800], "tf_order": [1, 0, 3, 2], "tf_batch": [0], "tf_from": [0], "tf_to": [100],
        "tf_rows": [0, 0, padding, 0], "tf_list": [0, padding],
    }
    graph.initializer.extend(numpy_helper.from_array(v.astype(np.float32), k) for k, v in floats.items())
    graph.initializer.extend(numpy_helper.from_array(np.array(v, np.int64), k) for k, v in whole.items())
    inside = graph.input[0].name
    graph.input[0].CopyFrom(helper.make_tensor_value_info("input_tensor", TensorProto.UINT8, [1, None, None, 3]))
    start = [
        helper.make_node("Cast", ["input_tensor"], ["tf_floats"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["tf_floats"], ["tf_planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Div", ["tf_planes", "tf_scale"], ["tf_parts"]),
        helper.make_node("Resize", ["tf_parts", "tf_none", "tf_none", "tf_size"], [inside], mode="linear"),
    ]
    end = [
        *(
            helper.make_node("Slice", [names[name], "tf_from", "tf_to"], [f"tf_{name}_100"])
            for name in ("boxes", "scores", "labels")
        ),
        helper.make_node("Div", ["tf_boxes_100", "tf_side"], ["tf_units"]),
        helper.make_node("Gather", ["tf_units", "tf_order"], ["tf_boxes"], axis=1),
        helper.make_node("Shape", ["tf_scores_100"], ["tf_shape"]),
        helper.make_node("Cast", ["tf_shape"], ["num_detections"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["tf_labels_100"], ["tf_ids"], to=TensorProto.FLOAT),
        *(
            helper.make_node(op, inputs, outputs)
            for name, of, by in (
                ("boxes", "tf_boxes", "tf_rows"), ("scores", "tf_scores_100", "tf_list"), ("classes", "tf_ids", "tf_list")
            )
            for op, inputs, outputs in (
                ("Pad", [of, by], [f"tf_padded_{name}"]),
                ("Unsqueeze", [f"tf_padded_{name}", "tf_batch"], [f"detection_{name}"]),
            )
        ),
    ]
    nodes = [*start, *graph.node, *end]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.output[:]
    for name, shape in (("detection_boxes", [1, None, 4]), ("detection_scores", [1, None]),
                        ("detection_classes", [1, None]), ("num_detections", [1])):
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def tensorflow(manifest: dict) -> None:
    manifest["input"] = {"type": "uint8", "name": "input_tensor", "layout": "nhwc", "batch": 1, "colour": "rgb"}
    manifest["resize"] = {"kind": "none"}
    manifest["outputs"].update(
        boxes="detection_boxes", scores="detection_scores", labels="detection_classes", count="num_detections",
        batched=True, corners="yxyx", space="unit",
    )


def centre(graph: onnx.GraphProto, boxes: str) -> None:
    corners = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]], np.float32)
    graph.initializer.append(numpy_helper.from_array(corners, "centred_by"))
    graph.node.append(helper.make_node("MatMul", [boxes, "centred_by"], ["centred"]))
    for output in graph.output:
        if output.name == boxes:
            output.name = "centred"


def transpose(graph: onnx.GraphProto, names: dict) -> None:
    outputs = []
    for key, columns in (("scores", None), ("deltas", 4)):
        name = names[key]
        graph.node.append(helper.make_node("Transpose", [name], [f"{name}_last"], perm=[0, 2, 1]))
        outputs.append(helper.make_tensor_value_info(f"{name}_last", TensorProto.FLOAT, [1, columns, None]))
    del graph.output[:]
    graph.output.extend(outputs)


def pack_heads(graph: onnx.GraphProto, names: dict) -> None:
    graph.node.append(helper.make_node("Concat", [names["deltas"], names["scores"]], ["predictions"], axis=-1))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("predictions", TensorProto.FLOAT, [1, None, None]))


def derive(source: str, name: str, rewrite, change, twins: list, accept: bool, most: int = 300) -> None:
    folder = GOLDENS / source
    model = onnx.load(folder / "model.onnx")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    rewrite(model.graph, manifest)
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    change(manifest)
    manifest["id"] = manifest["title"] = name
    manifest["graph"].update(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    put(f"{name}/model.onnx", content, accept)
    put_settings(f"{name}/manifest.json", manifest, accept)
    put_settings(f"{name}/twins.json", twins, accept)
    images = sorted(folder.glob("*x*.png"), key=lambda file: file.stat().st_size)[:3]
    for image in images:
        if len(json.loads(image.with_suffix(".json").read_bytes())["detections"]) < 10:
            continue
        golden = json.loads(image.with_suffix(".json").read_bytes())
        golden["detections"] = golden["detections"][:most]
        put(f"{name}/{image.name}", image.read_bytes(), accept)
        put(f"{name}/{image.stem}.json", encode_json(golden), accept)


def packed(manifest: dict) -> None:
    manifest["outputs"].update(boxes="dets", scores=None, labels="classes", batched=True)


def transposed(manifest: dict) -> None:
    manifest["outputs"].update(
        scores="cls_logits_last", deltas="bbox_regression_last", transposed=True
    )


def packed_heads(manifest: dict) -> None:
    manifest["outputs"].update(scores="predictions", deltas="predictions", packed="boxes-first")


def centred(manifest: dict) -> None:
    manifest["outputs"]["deltas"] = "centred"
    manifest["boxes"]["corners"] = "cxcywh"


accept = "--accept" in sys.argv
derive(
    "mlperf", "packed-scores", lambda graph, manifest: pack_scores(graph, manifest["outputs"]), packed,
    [
        {"claim": "boxes as centre, width and height", "property": "outputs.corners", "value": "cxcywh"},
        {"claim": "boxes in y x y x", "property": "outputs.corners", "value": "yxyx"},
        {"claim": "boxes as fractions", "property": "outputs.space", "value": "unit"},
        {"claim": "colours in BGR", "property": "input.colour", "value": "bgr"},
    ],
    accept,
)
derive(
    "keras-retinanet-decoded", "decoded-centres",
    lambda graph, manifest: centre(graph, manifest["outputs"]["deltas"]), centred,
    [
        {"claim": "boxes as two corners", "property": "boxes.corners", "value": "xyxy"},
        {"claim": "boxes as two corners, y first", "property": "boxes.corners", "value": "yxyx"},
        {"claim": "boxes as fractions", "property": "boxes.space", "value": "unit"},
    ],
    accept,
)
derive(
    "mlperf", "extra-inputs", lambda graph, manifest: feed_sizes(graph, manifest["outputs"]), fed,
    [
        {"claim": "rows of box, score and class id", "property": "outputs.columns", "value": "box-score-label"},
        {"claim": "the scale in x and y", "property": "extraInputs.1.value", "value": ["scale-x", "scale-y"]},
        {"claim": "half of the size", "property": "extraInputs.0.value", "value": [300, 300]},
    ],
    accept,
)
OTHER_RATIOS = {"claim": "the ratios of the paper", "property": "anchors.ratios", "value": [0.5, 1, 2]}
OTHER_ORDER = {"claim": "anchors by size, then by ratio", "property": "anchors.order", "value": "size-ratio"}
derive(
    "own-anchors", "transposed-heads", lambda graph, manifest: transpose(graph, manifest["outputs"]), transposed,
    [OTHER_RATIOS, OTHER_ORDER],
    accept,
)
derive(
    "own-anchors", "packed-heads", lambda graph, manifest: pack_heads(graph, manifest["outputs"]), packed_heads,
    [{"claim": "scores before boxes", "property": "outputs.packed", "value": "scores-first"}, OTHER_RATIOS],
    accept,
)
derive(
    "mlperf", "tensorflow-finished", lambda graph, manifest: as_tensorflow(graph, manifest["outputs"]), tensorflow,
    [
        {"claim": "boxes in x y x y", "property": "outputs.corners", "value": "xyxy"},
        {"claim": "colours in BGR", "property": "input.colour", "value": "bgr"},
    ],
    accept,
    most=100,
)
