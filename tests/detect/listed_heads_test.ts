import { assertEquals } from "@std/assert";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import { headsOf } from "../../src/detect/heads.ts";
import type { Tensor } from "../../src/ports/session.ts";
import { assertDomainError } from "../testing.ts";
import { decoded, listed, varied } from "../manifest/small_manifest.ts";

const INPUT = { width: 40, height: 20 };
type Output = HeadsManifest["anchors"] & { kind: "output" };

function tensor(shape: readonly number[], numbers: readonly number[] = []): Tensor {
  const count = shape.reduce((product, side) => product * side, 1);
  return { data: Float32Array.from({ length: count }, (_, i) => numbers[i] ?? 0), shape };
}

/** Two rows of joined heads. */
const HEADS = {
  scores: tensor([1, 2, 3], [1, 2, 3, 4, 5, 6]),
  deltas: tensor([1, 2, 4], [10, 11, 12, 13, 20, 21, 22, 23]),
};

function anchorsOf(rule: Partial<Output>, anchors: Tensor): number[][] {
  const manifest = { ...listed, anchors: { ...listed.anchors, ...rule } as Output };
  const level = headsOf(manifest, { ...HEADS, anchors }, INPUT)[0]!;
  return [0, 1].map((index) => {
    const out = new Float64Array(4).fill(-1);
    level.anchors.write(index, out);
    return [...out];
  });
}

const ROWS = [0.25, 0.5, 0.75, 1, 0, 0, 0.5, 0.25];

/** Two anchors in an input of 40x20. */
const ANCHORS: readonly (readonly [
  corners: Output["corners"],
  space: Output["space"],
  expected: readonly (readonly number[])[],
])[] = [
  ["xyxy", "input", [[0.25, 0.5, 0.75, 1], [0, 0, 0.5, 0.25]]],
  ["yxyx", "input", [[0.5, 0.25, 1, 0.75], [0, 0, 0.25, 0.5]]],
  // x · 40 and y · 20.
  ["xyxy", "unit", [[10, 10, 30, 20], [0, 0, 20, 5]]],
  // y, x: 0.25 · 20 and 0.5 · 40.
  ["yxyx", "unit", [[20, 5, 40, 15], [0, 0, 10, 10]]],
];

for (const [corners, space, expected] of ANCHORS) {
  Deno.test(`headsOf() reads anchors that the graph returns, ${corners} in space ${space}`, () => {
    assertEquals(anchorsOf({ corners, space }, tensor([1, 2, 4], ROWS)), expected);
    assertEquals(anchorsOf({ corners, space }, tensor([2, 4], ROWS)), expected);
  });
}

Deno.test("headsOf() reads the anchors of the first image of a batch", () => {
  const anchors = tensor([2, 2, 4], [...ROWS, 9, 9, 9, 9, 9, 9, 9, 9]);
  assertEquals(anchorsOf({}, anchors), [[0.25, 0.5, 0.75, 1], [0, 0, 0.5, 0.25]]);
});

for (const manifest of [listed, decoded]) {
  Deno.test(`headsOf() returns one level for rows with anchors ${manifest.anchors.kind}`, () => {
    const levels = headsOf(manifest, { ...HEADS, anchors: tensor([2, 4]) }, INPUT);
    assertEquals(levels.length, 1);
    const { anchors, scores, deltas } = levels[0]!;
    assertEquals([anchors.grid, anchors.perCell], [{ width: 2, height: 1 }, 1]);
    assertEquals(anchors.covered, INPUT);
    assertEquals([scores.columnStep, scores.channelStep, scores.channels], [3, 1, 3]);
    assertEquals([deltas.columnStep, deltas.channelStep, deltas.channels], [4, 1, 4]);
    assertEquals([scores.offset, deltas.offset], [0, 0]);
    assertEquals([scores.data, deltas.data], [HEADS.scores.data, HEADS.deltas.data]);
  });
}

Deno.test("headsOf() writes no anchor for anchors none", () => {
  const level = headsOf(decoded, HEADS, INPUT)[0]!;
  const out = Float64Array.of(1, 2, 3, 4);
  level.anchors.write(1, out);
  assertEquals([...out], [1, 2, 3, 4]);
});

const WRONG: readonly (readonly [
  claim: string,
  manifest: HeadsManifest,
  outputs: Readonly<Record<string, Tensor>>,
  words: readonly string[],
])[] = [
  ["another number of anchors", listed, { ...HEADS, anchors: tensor([3, 4]) }, [
    `"anchors"`,
    "its shape is [3, 4]",
    "[1, 2, 4] or [2, 4]",
  ]],
  ["anchors of another rank", listed, { ...HEADS, anchors: tensor([1, 1, 2, 4]) }, [
    `"anchors"`,
    "[1, 1, 2, 4]",
  ]],
  ["no anchors", listed, HEADS, [`"anchors"`, "the run did not return it"]],
  ["another number of scores", decoded, { ...HEADS, scores: tensor([1, 3, 3]) }, [
    `"scores"`,
    "[1, 3, 3]",
    "[1, 2, 3]",
  ]],
  ["no deltas", decoded, { scores: HEADS.scores }, [`"scores"`, "[1, 2, 3]", "[1, 0, 3]"]],
  ["boxes of five numbers", decoded, { ...HEADS, deltas: tensor([1, 2, 5]) }, [
    `"deltas"`,
    "[1, 2, 5]",
    "[1, 2, 4]",
  ]],
  ["another batch", varied({ ...decoded, input: { ...decoded.input, batch: 2 } }), HEADS, [
    `"scores"`,
    "[1, 2, 3]",
    "[2, 2, 3]",
  ]],
];

for (const [claim, manifest, outputs, words] of WRONG) {
  Deno.test(`headsOf() refuses ${claim} and shows both shapes`, () => {
    assertDomainError(() => headsOf(manifest, outputs, INPUT), "graph-mismatch", ...words);
  });
}
