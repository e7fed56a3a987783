import { assertEquals } from "@std/assert";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import {
  batchOf,
  type Dimension,
  expectedInput,
  expectedOutputs,
  fixedInput,
} from "../../src/detect/expected_tensors.ts";
import {
  decoded,
  finished,
  joined,
  listed,
  smallManifest,
  varied,
} from "../manifest/small_manifest.ts";

const FIXED_PAD = { kind: "fixed", width: 48, height: 32, value: 0 } as const;
const STRETCH = { kind: "stretch", width: 30, height: 20 } as const;
const NO_PAD = { kind: "none", value: 0 } as const;

const INPUTS: readonly (readonly [
  Pick<HeadsManifest, "resize" | "pad">,
  expected: { width: number; height: number } | null,
])[] = [
  [{ resize: smallManifest.resize, pad: smallManifest.pad }, null],
  [{ resize: smallManifest.resize, pad: NO_PAD }, null],
  [{ resize: { kind: "none" }, pad: NO_PAD }, null],
  [{ resize: smallManifest.resize, pad: FIXED_PAD }, { width: 48, height: 32 }],
  [{ resize: STRETCH, pad: NO_PAD }, { width: 30, height: 20 }],
];

for (const [rules, expected] of INPUTS) {
  const kinds = `${rules.resize.kind} and ${rules.pad.kind}`;
  Deno.test(`fixedInput() returns ${JSON.stringify(expected)} for ${kinds}`, () => {
    const found = fixedInput(varied(rules));
    assertEquals(found && { width: found.width, height: found.height }, expected);
  });
}

Deno.test("expectedInput() returns one type, and the dimensions that do not depend on the image", () => {
  for (const type of ["float32", "float16"] as const) {
    const manifest = varied({ input: { ...smallManifest.input, type } as HeadsManifest["input"] });
    assertEquals(expectedInput(manifest), {
      name: "image",
      types: [type],
      shapes: [[1, 3, null, null]],
    });
  }
  const input = { name: "pixels", type: "uint8", layout: "nhwc", batch: 2, colour: "rgb" } as const;
  assertEquals(expectedInput(varied({ input, pad: FIXED_PAD })), {
    name: "pixels",
    types: ["uint8"],
    shapes: [[2, 32, 48, 3]],
  });
});

Deno.test("batchOf() returns 1 for an input without a batch dimension", () => {
  const batches = [null, 1, 5].map((batch) => {
    return batchOf(varied({ input: { ...smallManifest.input, batch } }));
  });
  assertEquals(batches, [1, 1, 5]);
});

/** Returns the shapes of every output by name. */
function shapesOf(manifest: Parameters<typeof expectedOutputs>[0]) {
  return Object.fromEntries(expectedOutputs(manifest).map(({ name, shapes }) => [name, shapes]));
}

const OUTPUTS: readonly (readonly [
  claim: string,
  manifest: Parameters<typeof expectedOutputs>[0],
  shapes: Readonly<Record<string, readonly (readonly Dimension[])[]>>,
])[] = [
  // 48x32: 6x4 and 3x2 cells; 2 anchors · 3 classes and 2 anchors · 4 deltas.
  ["heads per level with a fixed input", varied({ pad: FIXED_PAD }), {
    scores_8: [[1, 6, 4, 6]],
    deltas_8: [[1, 8, 4, 6]],
    scores_16: [[1, 6, 2, 3]],
    deltas_16: [[1, 8, 2, 3]],
  }],
  ["heads per level with an open input", smallManifest, {
    scores_8: [[1, 6, null, null]],
    deltas_8: [[1, 8, null, null]],
    scores_16: [[1, 6, null, null]],
    deltas_16: [[1, 8, null, null]],
  }],
  // (6·4 + 3·2) cells · 2 anchors = 60 rows.
  ["joined heads with a fixed input", varied({ pad: FIXED_PAD, outputs: joined }), {
    scores: [[1, 60, 3]],
    deltas: [[1, 60, 4]],
  }],
  ["joined heads with an open input", varied({ outputs: joined }), {
    scores: [[1, null, 3]],
    deltas: [[1, null, 4]],
  }],
  ["joined heads with a batch", {
    ...varied({ outputs: joined, input: { ...smallManifest.input, batch: 3 } }),
  }, { scores: [[3, null, 3]], deltas: [[3, null, 4]] }],
  // The number of rows does not follow from the input.
  ["anchors that the graph returns", { ...listed, pad: FIXED_PAD }, {
    scores: [[1, null, 3]],
    deltas: [[1, null, 4]],
    anchors: [[1, null, 4], [null, 4]],
  }],
  ["boxes without anchors", { ...decoded, pad: FIXED_PAD }, {
    scores: [[1, null, 3]],
    deltas: [[1, null, 4]],
  }],
  ["a finished graph", finished({}), { boxes: [[null, 4]], scores: [[null]], labels: [[null]] }],
  ["a finished graph with a batch dimension and a count", finished({ batched: true, count: "n" }), {
    boxes: [[1, null, 4]],
    scores: [[1, null]],
    labels: [[1, null]],
    n: [],
  }],
];

for (const [claim, manifest, shapes] of OUTPUTS) {
  Deno.test(`expectedOutputs() returns the shapes of ${claim}`, () =>
    assertEquals(shapesOf(manifest), shapes));
}
