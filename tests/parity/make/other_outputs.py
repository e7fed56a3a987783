"""Goldens of output forms that no framework here has by itself: a golden graph with its outputs rewritten.

    python tests/parity/make/other_outputs.py [--accept]

- `packed-scores`: boxes and scores in one output `[1, M, 5]` with labels `[1, M]`, as MMDeploy exports them
  (mmdeploy/codebase/mmdet/deploy/object_detection.py). From `mlperf`.
- `decoded-centres`: decoded boxes as centre, width and height. From `keras-retinanet-decoded`.

The detections are those that the framework of the original golden found: the new outputs hold the same numbers.
"""

import hashlib
import json
import sys

import numpy as np
import onnx
from golden import GOLDENS, put, put_settings
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


def centre(graph: onnx.GraphProto, boxes: str) -> None:
    corners = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]], np.float32)
    graph.initializer.append(numpy_helper.from_array(corners, "centred_by"))
    graph.node.append(helper.make_node("MatMul", [boxes, "centred_by"], ["centred"]))
    for output in graph.output:
        if output.name == boxes:
            output.name = "centred"


def derive(source: str, name: str, rewrite, change, twins: list, accept: bool) -> None:
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
        for file in (image, image.with_suffix(".json")):
            put(f"{name}/{file.name}", file.read_bytes(), accept)


def packed(manifest: dict) -> None:
    manifest["outputs"].update(boxes="dets", scores=None, labels="classes", batched=True)


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
