import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals } from "@std/assert";
import { inferOutputs } from "../../src/engines/infer_outputs.ts";
import { ModelProtoSchema } from "../../src/planner/onnx_pb.ts";
import { readOnnx } from "../../src/planner/read_onnx.ts";
import { shapeProbe, type TensorShape, tensorShapes } from "../../src/planner/tensor_shapes.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { OnnxWriter } from "./onnx_writer.ts";
import { randomRetinaNet } from "./random_retinanet.ts";

const EVERYDAY8 = await Deno.readFile(new URL("../../models/everyday8.onnx", import.meta.url));
const GOLDENS = new URL("../parity/goldens/", import.meta.url);

/** Returns all shapes of a file by name. */
async function shapesOf(
  file: Uint8Array,
  sides: readonly number[],
): Promise<Map<string, TensorShape>> {
  const probed = await inferOutputs(shapeProbe(file, sides));
  return tensorShapes(readOnnx(file).graph, sides, probed);
}

for (const [width, height] of [[320, 320], [384, 256]] as const) {
  Deno.test(`tensorShapes() has the shapes of a run of everyday8 at ${width}x${height}`, async () => {
    const shape = [1, 3, height, width];
    const shapes = await shapesOf(EVERYDAY8, shape);
    const session = await (await hostRuntime({ threads: 1 })).openSession(
      { bytes: EVERYDAY8 },
      "wasm",
    );
    const data = new Float32Array(3 * height * width);
    const outputs = await session.run({ image: { type: "float32", data, shape } });
    await session.close();
    for (const [name, { shape }] of Object.entries(outputs)) {
      assertEquals([name, shapes.get(name)?.sides], [name, shape]);
    }
  });
}

Deno.test("tensorShapes() has the shape of every value of everyday8", async () => {
  const shapes = await shapesOf(EVERYDAY8, [1, 3, 256, 320]);
  const { node, initializer } = readOnnx(EVERYDAY8).graph;
  const names = [...node.flatMap(({ output }) => output), ...initializer.map(({ name }) => name)];
  assertEquals(names.filter((name) => !shapes.has(name)), []);
});

Deno.test("tensorShapes() follows shapes that a graph computes", async () => {
  const writer = new OnnxWriter();
  const shape = writer.node("Shape", ["image"]);
  const floats = writer.node("Cast", [shape], { to: 1 });
  const half = writer.node("Mul", [floats, writer.constant(Float32Array.of(1, 1, 0.5, 2))]);
  const sides = writer.node("Cast", [writer.node("Floor", [half])], { to: 7 });
  const flat = writer.node("Reshape", ["image", sides]);
  const turned = writer.node("Transpose", [flat], { perm: [0, 2, 3, 1] });
  const joined = writer.node("Concat", [turned, turned], { axis: -1 });
  const file = writer.finish({ image: [1, 3, "h", "w"] }, { [joined]: [1, "h", "w", 6] });
  const shapes = await shapesOf(file, [1, 3, 8, 10]);
  assertEquals(shapes.get(joined), { sides: [1, 4, 20, 6], numberBytes: 4 });
  assertEquals(shapes.get(sides), { sides: [4], numberBytes: 8 });
});

Deno.test("tensorShapes() follows a part of a shape, and a division of whole numbers", async () => {
  const writer = new OnnxWriter();
  const sides = writer.node("Shape", ["image"], { start: 2, end: 4 });
  // 9 / 2 = 4 and 11 / 2 = 5, rounded towards 0.
  const halves = writer.node("Div", [sides, writer.constant(BigInt64Array.of(2n, 2n))]);
  const all = writer.node("Concat", [writer.constant(BigInt64Array.of(1n, 3n)), halves], {
    axis: 0,
  });
  const part = writer.node("Expand", [writer.constant(Float32Array.of(1)), all]);
  const file = writer.finish({ image: [1, 3, "h", "w"] }, { [part]: [1, 3, "h", "w"] });
  const shapes = await shapesOf(file, [1, 3, 9, 11]);
  assertEquals(shapes.get(part), { sides: [1, 3, 4, 5], numberBytes: 4 });
});

Deno.test("tensorShapes() leaves out a shape that depends on the numbers of an image", async () => {
  const writer = new OnnxWriter();
  const bright = writer.node("NonZero", ["image"]);
  const relu = writer.node("Relu", ["image"]);
  const file = writer.finish(
    { image: [1, 3, "h", "w"] },
    { [bright]: [4, "n"], [relu]: [1, 3, "h", "w"] },
  );
  const shapes = await shapesOf(file, [1, 3, 8, 10]);
  assertEquals(shapes.get(bright), undefined);
  assertEquals(shapes.get(relu)?.sides, [1, 3, 8, 10]);
});

Deno.test("tensorShapes() knows the bytes of quantized values", async () => {
  const { graph: file } = randomRetinaNet("int8", {
    ...{ block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 8, depth: 0, side: 128 },
    int8: true,
  });
  const shapes = await shapesOf(file, [1, 3, 128, 128]);
  const { node } = readOnnx(file).graph;
  const bytesAfter = (op: string) => {
    const names = node.filter(({ opType }) => opType === op).map(({ output }) => output[0]!);
    return [...new Set(names.map((name) => shapes.get(name)?.numberBytes))];
  };
  assertEquals(bytesAfter("QuantizeLinear"), [1]);
  assertEquals(bytesAfter("DequantizeLinear"), [4]);
});

// Graphs with float16, uint8, computed shapes, control flow and boxes that thresholds select.
const FOREIGN: [golden: string, sides: number[], unknown: boolean][] = [
  ["half", [2, 256, 320, 3], false],
  ["ssd", [1, 192, 256, 3], false],
  ["keras-retinanet", [1, 320, 416, 3], false],
  ["torchvision-whole", [3, 320, 416], true],
];

for (const [golden, sides, hasUnknown] of FOREIGN) {
  Deno.test(`tensorShapes() knows every convolution of the golden graph ${golden}`, async () => {
    const file = await Deno.readFile(new URL(`${golden}/model.onnx`, GOLDENS));
    const shapes = await shapesOf(file, sides);
    const { node } = readOnnx(file).graph;
    const convolutions = node.filter(({ opType }) => opType === "Conv");
    assert(convolutions.length > 0);
    for (const { output } of convolutions) assert(shapes.get(output[0]!)?.sides.length === 4);
    const names = node.flatMap(({ output }) => output).filter((name) => name !== "");
    assertEquals(names.some((name) => !shapes.has(name)), hasUnknown);
  });
}

Deno.test("shapeProbe() holds no large weights", () => {
  const probe = shapeProbe(EVERYDAY8, [1, 3, 256, 320]);
  assert(probe.length < EVERYDAY8.length / 50, `${probe.length} bytes`);
});

Deno.test("shapeProbe() makes constants of weights that are inputs as well", async () => {
  const writer = new OnnxWriter();
  const flat = writer.node("Reshape", ["image", writer.constant(BigInt64Array.of(1n, -1n))]);
  const model = fromBinary(
    ModelProtoSchema,
    writer.finish({ image: [1, 3, "h", "w"] }, { [flat]: [1, "n"] }),
  );
  const [shape] = model.graph!.initializer;
  model.irVersion = 3n;
  model.graph!.input.push({ ...model.graph!.input[0]!, name: shape!.name });
  const shapes = await shapesOf(toBinary(ModelProtoSchema, model), [1, 3, 8, 10]);
  assertEquals(shapes.get(flat)?.sides, [1, 240]);
});

Deno.test("shapeProbe() makes no output of an optional output that is left out", () => {
  const model = readOnnx(EVERYDAY8);
  model.graph.node[0]!.output.push("");
  const { graph } = readOnnx(shapeProbe(toBinary(ModelProtoSchema, model), [1, 3, 256, 320]));
  const names = graph.output.map(({ name }) => name);
  assert(!names.includes(""));
  assertEquals(new Set(names).size, names.length);
});
