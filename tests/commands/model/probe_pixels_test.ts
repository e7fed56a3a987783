import { assertAlmostEquals, assertEquals } from "@std/assert";
import { probePixels } from "../../../src/commands/model/probe_pixels.ts";
import type { InputFacts } from "../../../src/describe/graph_facts.ts";
import type { InnerPixels } from "../../../src/describe/inner_pixels.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";
import { OnnxWriter } from "../../planner/onnx_writer.ts";

const runtime = await hostRuntime({ threads: 1 });

/** Mean, in the shape of one pixel `[1, 3, 1, 1]`. */
const MEAN = Float32Array.of(123.5, 116, 103.5);
const SHAPE = [1, 3, 1, 1];

const INPUT = {
  ...{ name: "image", type: "float32", layout: "nchw", batch: 1, size: null },
} as const satisfies InputFacts;

/** Probes a graph whose first convolution reads the tensor that `prepare` makes. */
async function probe(
  input: InputFacts,
  sides: readonly (number | string)[],
  prepare: (writer: OnnxWriter) => string,
): Promise<InnerPixels | null> {
  const writer = new OnnxWriter();
  const features = writer.conv(prepare(writer), { inside: 3, outside: 4 });
  const bytes = writer.finish({ image: sides }, { [features]: [1, 4, "y", "x"] });
  return await probePixels({ bytes, data: [] }, { input }, (graph) => {
    return runtime.openSession({ bytes: graph }, "wasm");
  });
}

const OPEN = [1, 3, "h", "w"];

Deno.test("probePixels() finds the mean, the deviation and the order of the channels", async () => {
  const found = await probe(INPUT, OPEN, (writer) => {
    const turned = writer.node("Gather", [
      "image",
      writer.constant(BigInt64Array.of(2n, 1n, 0n)),
    ], { axis: 1 });
    const shifted = writer.node("Sub", [turned, writer.constant(MEAN, SHAPE)]);
    return writer.node("Div", [shifted, writer.constant(Float32Array.of(58, 57, 56), SHAPE)]);
  });
  assertEquals(found?.reversed, true);
  for (const [channel, deviation] of [58, 57, 56].entries()) {
    assertAlmostEquals(found!.gain[channel]!, 1 / deviation, 1e-6);
    assertAlmostEquals(found!.offset[channel]!, -MEAN[channel]! / deviation, 1e-4);
  }
});

Deno.test("probePixels() sees through a resize inside the graph", async () => {
  const found = await probe(INPUT, OPEN, (writer) => {
    return writer.upsample(writer.node("Sub", ["image", writer.constant(MEAN, SHAPE)]));
  });
  assertEquals(found, { reversed: false, gain: [1, 1, 1], offset: [-123.5, -116, -103.5] });
});

Deno.test("probePixels() finds no change if the convolution reads the input", async () => {
  const found = await probe(INPUT, OPEN, () => "image");
  assertEquals(found, { reversed: false, gain: [1, 1, 1], offset: [0, 0, 0] });
});

Deno.test("probePixels() leaves graphs that mix the channels", async () => {
  const found = await probe(INPUT, OPEN, (writer) => {
    const grey = writer.node("ReduceMean", ["image"], { axes: [1], keepdims: 1 });
    return writer.node("Concat", [grey, grey, grey], { axis: 1 });
  });
  assertEquals(found, null);
});
