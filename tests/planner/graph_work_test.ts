import { assertEquals } from "@std/assert";
import { graphWork } from "../../src/planner/graph_work.ts";
import { inferValues } from "../../src/planner/infer_shapes.ts";
import { readOnnx } from "../../src/planner/read_onnx.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { OnnxWriter } from "./onnx_writer.ts";
import { randomRetinaNet } from "./random_retinanet.ts";

Deno.test("graphWork() counts the products of each kind of convolution, and what else is put out", () => {
  const writer = new OnnxWriter();
  const spatial = writer.conv("image", { inside: 3, outside: 8, kernel: 3, stride: 2 });
  const relu = writer.node("Relu", [spatial]); // which the engine does along with the convolution
  const pooled = writer.node("Softmax", [relu]);
  const depthwise = writer.conv(pooled, { inside: 8, outside: 8, kernel: 3, groups: 8 });
  const up = writer.upsample(depthwise);
  const pointwise = writer.conv(up, { inside: 8, outside: 4 });
  const graph = writer.finish({ image: [1, 3, "h", "w"] }, { [pointwise]: [1, 4, "h", "w"] });
  const { macs, elements, weightBytes, activationBytes, unknown } = graphWork(
    readOnnx(graph),
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
  // The enlarged result and what is made of it.
  assertEquals(activationBytes, 4 * (4 * cells * 8 + 4 * cells * 4));
  assertEquals(unknown, 0);
});

Deno.test("graphWork() tells products of bytes from those of floats", () => {
  const shape = { block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 8, depth: 1 } as const;
  const floats = randomRetinaNet("floats", { ...shape, side: 128 });
  const bytes = randomRetinaNet("bytes", { ...shape, side: 128, int8: true });
  const sides = [1, 3, 128, 128];
  const { pointwise, spatial } = graphWork(readOnnx(floats.graph), sides).macs;
  assertEquals(graphWork(readOnnx(bytes.graph), sides).macs, {
    ...{ pointwise: 0, spatial: 0, depthwise: 0, int8: pointwise + spatial, int8Depthwise: 0 },
  });
});

for (const [width, height] of [[320, 320], [384, 256]]) {
  Deno.test(`inferValues() tells the sides that everyday8 puts out for ${width}x${height}`, async () => {
    const file = new URL("../../models/everyday8.onnx", import.meta.url);
    const bytes = await Deno.readFile(file);
    const sides = [1, 3, height, width];
    const values = inferValues(readOnnx(bytes), new Map([["image", sides]]));
    const session = await (await hostRuntime({ threads: 1 })).openSession(bytes, "wasm");
    const data = new Float32Array(3 * height * width);
    const outputs = await session.run({ image: { type: "float32", data, shape: sides } });
    await session.close();
    for (const [name, { shape }] of Object.entries(outputs)) {
      assertEquals([name, values.get(name)?.sides], [name, shape]);
    }
  });
}

Deno.test("inferValues() follows sizes that a graph works out of its shapes", () => {
  const writer = new OnnxWriter();
  const shape = writer.node("Shape", ["image"]);
  const same = writer.node("Concat", [shape], { axis: 0 });
  const flat = writer.node("Reshape", ["image", same]);
  const turned = writer.node("Transpose", [flat], { perm: [0, 2, 3, 1] });
  const joined = writer.node("Concat", [turned, turned], { axis: -1 });
  const graph = readOnnx(
    writer.finish({ image: [1, 3, "h", "w"] }, { [joined]: [1, "h", "w", 6] }),
  );
  const values = inferValues(graph, new Map([["image", [1, 3, 8, 10]]]));
  assertEquals(values.get(joined)?.sides, [1, 8, 10, 6]);
});
