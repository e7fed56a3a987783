import { assertEquals } from "@std/assert";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { feedsOf } from "../../src/detect/feeds.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import { smallManifest } from "../manifest/small_manifest.ts";
import { assertRejectsDomainError } from "../testing.ts";

/** Returns the small manifest with inputs besides the image. */
function withExtras(...extraInputs: unknown[]) {
  return parseManifest({ ...smallManifest, extraInputs });
}

const extra = (name: string, value: unknown, type = "float32", shape = [1, 2]) => {
  return { name, type, shape, value };
};

// An image of 200x100 is resized to 64x32 and padded to 64x64: 64 / 200 = 0.32.
const PLAN = createResizePlan(
  { width: 200, height: 100 },
  { kind: "fit", width: 64, height: 64, rounding: "floor", factor: "per-side" },
  { kind: "fixed", width: 64, height: 64 },
);
const IMAGE = { type: "float32", data: new Float32Array(), shape: [1, 3, 64, 64] } as const;

/** Values of an input, and the tensor that is fed. */
const FED: [value: unknown, type: "float32" | "int64" | "int32", data: unknown][] = [
  [["source-height", "source-width"], "float32", Float32Array.of(100, 200)],
  [["resized-height", "resized-width"], "int64", BigInt64Array.of(32n, 64n)],
  [["input-width", "input-height"], "int32", Int32Array.of(64, 64)],
  [["scale-y", "scale-x"], "float32", Float32Array.of(0.32, 0.32)],
  [[300, -1], "int64", BigInt64Array.of(300n, -1n)],
];

for (const [value, type, data] of FED) {
  Deno.test(`feedsOf() feeds ${JSON.stringify(value)} as ${type}`, () => {
    assertEquals(feedsOf(withExtras(extra("size", value, type)), IMAGE, PLAN), {
      [smallManifest.input.name]: IMAGE,
      size: { type, shape: [1, 2], data },
    });
  });
}

/** Inputs that contradict themselves, with the fault. */
const REFUSED: [extras: unknown[], fault: string][] = [
  [[extra("a", [1])], "extraInputs.0.value: must have 2 numbers for its shape: it has 1"],
  [[extra("a", [0.5, 1], "int64")], "extraInputs.0.value: must be whole numbers or sides of the"],
  [[extra("a", ["scale-y", "scale-x"], "int32")], "extraInputs.0.value: must be whole numbers"],
  [[extra("a", [1, 2]), extra("a", [1, 2])], 'extraInputs.1.name: "a" is an input already'],
  [[extra(smallManifest.input.name, [1, 2])], "extraInputs.0.name: "],
];

for (const [extras, fault] of REFUSED) {
  Deno.test(`parseManifest() refuses inputs besides the image: ${fault}`, async () => {
    const work = Promise.try(() => withExtras(...extras));
    await assertRejectsDomainError(work, "manifest-invalid", fault);
  });
}
