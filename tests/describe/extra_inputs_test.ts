import { assertEquals } from "@std/assert";
import { extraFeeds, extraInputsOf } from "../../src/describe/extra_inputs.ts";
import type { TensorInfo } from "../../src/ports/session.ts";

const SIDES = ["resized-height", "resized-width"];

/** Inputs besides the image, and their values. Null: not known. */
const INPUTS: [input: TensorInfo, value: unknown][] = [
  [{ name: "im_shape", type: "float32", shape: [null, 2] }, SIDES],
  [{ name: "scale_factor", type: "float32", shape: ["N", 2] }, [1, 1]],
  [{ name: "im_info", type: "float32", shape: [1, 3] }, [...SIDES, 1]],
  [{ name: "orig_target_sizes", type: "int64", shape: [1, 2] }, SIDES],
  [{ name: "image_size", type: "int32", shape: [2] }, SIDES],
  [{ name: "im_shape", type: "float32", shape: [1, 4] }, null], // other numbers of values
  [{ name: "im_shape", type: "float64", shape: [1, 2] }, null], // a type that is not fed
  [{ name: "keep_top_k", type: "int64", shape: [1] }, null], // no name tells its value
];

for (const [input, value] of INPUTS) {
  const { name, type, shape } = input;
  Deno.test(`extraInputsOf() ${value ? "recognises" : "leaves"} ${name} ${type} [${shape}]`, () => {
    assertEquals(extraInputsOf([input])?.[0]?.value ?? null, value);
  });
}

Deno.test("extraInputsOf() knows no graph of which one input is not known", () => {
  const [known, , , , , , , other] = INPUTS.map(([input]) => input);
  assertEquals(extraInputsOf([known!, other!]), null);
  assertEquals(extraInputsOf([]), []);
});

Deno.test("extraFeeds() fills the inputs of a test image", () => {
  const extras = extraInputsOf([{ name: "im_shape", type: "int64", shape: [1, 2] }])!;
  assertEquals(extraFeeds(extras, { width: 384, height: 256 }), {
    im_shape: { type: "int64", shape: [1, 2], data: BigInt64Array.of(256n, 384n) },
  });
});
