import { assertEquals } from "@std/assert";
import { inferOutputs } from "../../src/engines/infer_outputs.ts";
import { type GraphWork, graphWork } from "../../src/planner/graph_work.ts";
import { readOnnx } from "../../src/planner/read_onnx.ts";
import { shapeProbe, tensorShapes } from "../../src/planner/tensor_shapes.ts";
import { OnnxWriter } from "./onnx_writer.ts";
import { randomRetinaNet } from "./random_retinanet.ts";

async function workOf(file: Uint8Array, sides: readonly number[]): Promise<GraphWork> {
  const { graph } = readOnnx(file);
  return graphWork(graph, tensorShapes(graph, sides, await inferOutputs(shapeProbe(file, sides))));
}

Deno.test("graphWork() counts the products of each kind of convolution, and other outputs", async () => {
  const writer = new OnnxWriter();
  const spatial = writer.conv("image", { inside: 3, outside: 8, kernel: 3, stride: 2 });
  const relu = writer.node("Relu", [spatial]); // fused with the convolution
  const pooled = writer.node("Softmax", [relu]);
  const depthwise = writer.conv(pooled, { inside: 8, outside: 8, kernel: 3, groups: 8 });
  const up = writer.upsample(depthwise);
  const pointwise = writer.conv(up, { inside: 8, outside: 4 });
  const file = writer.finish({ image: [1, 3, "h", "w"] }, { [pointwise]: [1, 4, "h", "w"] });
  const { macs, elements, weightBytes, activationBytes, unknown } = await workOf(
    file,
    [1, 3, 20, 32],
  );
  const cells = 10 * 16;
  assertEquals(macs, {
    spatial: cells * 8 * 3 * 9,
    depthwise: cells * 8 * 9,
    pointwise: 4 * cells * 4 * 8,
    int8: 0,
    int8Depthwise: 0,
  });
  assertEquals(elements, cells * 8 + 4 * cells * 8);
  assertEquals(weightBytes, 4 * (8 * 27 + 8 + 8 * 9 + 8 + 4 * 8 + 4 + 4));
  // The enlarged result and its convolution.
  assertEquals(activationBytes, 4 * (4 * cells * 8 + 4 * cells * 4));
  assertEquals(unknown, 0);
});

Deno.test("graphWork() counts the products of a transposed convolution by its input", async () => {
  const writer = new OnnxWriter();
  const weight = writer.constant(new Float32Array(8 * 4 * 2 * 2), [8, 4, 2, 2]);
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
  const up = writer.node("ConvTranspose", ["image", weight], attributes);
  const file = writer.finish({ image: [1, 8, 5, 6] }, { [up]: [1, 4, 10, 12] });
  // Each of the 8 x 5 x 6 inputs meets 4 x 2 x 2 weights.
  assertEquals((await workOf(file, [1, 8, 5, 6])).macs.spatial, 8 * 5 * 6 * 4 * 2 * 2);
});

Deno.test("graphWork() counts int8 products apart from float32 products", async () => {
  const shape = { block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 8, depth: 1 } as const;
  const floats = randomRetinaNet("floats", { ...shape, side: 128 });
  const bytes = randomRetinaNet("bytes", { ...shape, side: 128, int8: true });
  const sides = [1, 3, 128, 128];
  const { pointwise, spatial } = (await workOf(floats.graph, sides)).macs;
  assertEquals((await workOf(bytes.graph, sides)).macs, {
    ...{ pointwise: 0, spatial: 0, depthwise: 0, int8: pointwise + spatial, int8Depthwise: 0 },
  });
});

Deno.test("graphWork() reports the work of everyday8", async () => {
  const file = await Deno.readFile(new URL("../../models/everyday8.onnx", import.meta.url));
  assertEquals(await workOf(file, [1, 3, 256, 320]), {
    weightBytes: 10_327_368,
    macs: {
      ...{ pointwise: 651_025_408, spatial: 17_694_720, depthwise: 49_545_216 },
      ...{ int8: 0, int8Depthwise: 0 },
    },
    elements: 762_880,
    activationBytes: 9_830_400,
    nodes: 214,
    unknown: 0,
  });
});

Deno.test("graphWork() counts convolutions of unknown shape", () => {
  const { graph } = randomRetinaNet("unknown", {
    ...{ block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 8, depth: 0, side: 128 },
  });
  const model = readOnnx(graph);
  const convolutions = model.graph.node.filter(({ opType }) => opType === "Conv").length;
  const { unknown, macs } = graphWork(model.graph, tensorShapes(model.graph, [1, 3, 128, 128], []));
  assertEquals(unknown, convolutions);
  assertEquals(Object.values({ ...macs }), [0, 0, 0, 0, 0]);
});
