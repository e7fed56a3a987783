"""Small graphs with the quantisations that ONNX Runtime and its tools write, and the logits of native ONNX Runtime.

    python tests/parity/make/quantised_graphs.py

Writes tests/parity/quantised/KIND.onnx and KIND.json: the outputs of each graph for the input in `image()`.
Needs onnx, onnxruntime and onnxconverter-common.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static,
)

FOLDER = Path(__file__).resolve().parents[1] / "quantised"
SHAPE = (1, 3, 32, 48)


def image(shift: int = 0) -> np.ndarray:
    """The same numbers as the test computes: 0 to 1, in steps of 1/255."""
    steps = (np.arange(np.prod(SHAPE), dtype=np.int64) * 37 + shift) % 256
    return (steps.astype(np.float32) / np.float32(255)).reshape(SHAPE)


def plain() -> onnx.ModelProto:
    """Three convolutions of stride 2, then a class head (2 anchors, 3 classes) and a box head."""
    random = np.random.RandomState(7)
    nodes, weights, last = [], [], "images"
    widths = [3, 8, 8, 12]
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        weights += tensors(random, f"conv{i}", b, a)
        nodes.append(conv(last, f"conv{i}", f"c{i}", 2))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i}"]))
        last = f"r{i}"
    for name, depth in (("cls", 6), ("box", 8)):
        weights += tensors(random, name, depth, widths[-1])
        nodes.append(conv(last, name, f"{name}_head", 1))
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        nodes, "heads", [value("images", SHAPE)],
        [value("cls_head", [1, 6, 4, 6]), value("box_head", [1, 8, 4, 6])], weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def tensors(random, name: str, outputs: int, inputs: int) -> list:
    weight = random.standard_normal((outputs, inputs, 3, 3)) / (inputs * 9) ** 0.5
    bias = random.standard_normal(outputs) / 4
    return [numpy_helper.from_array(v.astype(np.float32), f"{name}.{k}") for k, v in (("w", weight), ("b", bias))]


def conv(source: str, name: str, target: str, stride: int):
    inputs = [source, f"{name}.w", f"{name}.b"]
    return helper.make_node("Conv", inputs, [target], strides=[stride] * 2, pads=[1] * 4, kernel_shape=[3, 3])


class Images(CalibrationDataReader):
    def __init__(self):
        self.rest = iter([{"images": image(shift)} for shift in (0, 5, 90)])

    def get_next(self):
        return next(self.rest, None)


def static(source: str, target: str, form: QuantFormat, activations: QuantType, weights: QuantType) -> None:
    options = {"ActivationSymmetric": activations != QuantType.QUInt8, "WeightSymmetric": True}
    quantize_static(
        source, target, Images(), quant_format=form, activation_type=activations, weight_type=weights,
        extra_options=options, reduce_range=form == QuantFormat.QOperator,
    )


def half(model: onnx.ModelProto, target: str, keep: bool) -> None:
    from onnxconverter_common import float16

    onnx.save(float16.convert_float_to_float16(model, keep_io_types=keep), target)


def optimised(source: str, target: str) -> None:
    """Writes operators of the processor, such as nchwc convolutions, into the graph."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.optimized_model_filepath = target
    ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])


FOLDER.mkdir(exist_ok=True)
path = lambda kind: str(FOLDER / f"{kind}.onnx")
model = plain()
onnx.save(model, path("float32"))
quantize_dynamic(path("float32"), path("dynamic"), weight_type=QuantType.QUInt8)
static(path("float32"), path("qoperator"), QuantFormat.QOperator, QuantType.QUInt8, QuantType.QInt8)
static(path("float32"), path("qdq-u8s8"), QuantFormat.QDQ, QuantType.QUInt8, QuantType.QInt8)
static(path("float32"), path("qdq-s8s8"), QuantFormat.QDQ, QuantType.QInt8, QuantType.QInt8)
static(path("float32"), path("qdq-int16"), QuantFormat.QDQ, QuantType.QInt16, QuantType.QInt8)
half(model, path("half-kept-io"), True)
half(model, path("half"), False)
optimised(path("float32"), path("optimised-for-cpu"))
for file in sorted(FOLDER.glob("*.onnx")):
    if file.stem == "optimised-for-cpu":
        continue
    # Without optimisation, QDQ nodes run as they are written. The int8 kernels that replace them saturate on
    # processors without VNNI, and then differ by many steps from what the graph says.
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    [source] = session.get_inputs()
    feed = image().astype(np.float16 if "float16" in source.type else np.float32)
    names = [output.name for output in session.get_outputs()]
    found = {n: [float(f"{x:.6g}") for x in v.astype(np.float64).ravel()] for n, v in zip(names, session.run(None, {source.name: feed}))}
    (FOLDER / f"{file.stem}.json").write_text(json.dumps({"engine": f"onnxruntime {ort.__version__}", "outputs": found}) + "\n")
    print(file.name, file.stat().st_size, sorted({n.op_type for n in onnx.load(file).graph.node}))
