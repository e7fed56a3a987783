import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fuseBoxes } from "../../src/core/fuse_boxes.ts";

type Row = readonly [box: readonly [number, number, number, number], score: number, group?: number];

function fuse(rows: readonly Row[], threshold = 0.5) {
  const { boxes, rows: best } = fuseBoxes({
    boxes: Float64Array.from(rows.flatMap(([box]) => box)),
    groups: Int32Array.from(rows, ([, , group = 0]) => group),
    scores: Float64Array.from(rows, ([, score]) => score),
  }, threshold);
  return best.map((row, i) => [row, ...boxes.subarray(i * 4, i * 4 + 4)]);
}

const CASES: readonly (readonly [claim: string, rows: readonly Row[], fused: number[][]])[] = [
  ["fuses nothing of nothing", [], []],
  ["leaves a single box as it is", [[[1, 2, 3, 4], 0.5]], [[0, 1, 2, 3, 4]]],
  [
    // x1: (0.75 · 0 + 0.25 · 2) / 1 = 0.5.
    "weights boxes with their scores",
    [[[0, 0, 10, 10], 0.75], [[2, 0, 12, 10], 0.25]],
    [[0, 0.5, 0, 10.5, 10]],
  ],
  [
    "leaves boxes of other groups alone",
    [[[0, 0, 10, 10], 0.75, 1], [[2, 0, 12, 10], 0.25, 2]],
    [[0, 0, 0, 10, 10], [1, 2, 0, 12, 10]],
  ],
  [
    // The IoU is exactly 0.5: 10 · 10 of 10 · 20.
    "leaves boxes alone whose IoU equals the threshold",
    [[[0, 0, 10, 10], 0.75], [[0, 0, 10, 20], 0.25]],
    [[0, 0, 0, 10, 10], [1, 0, 0, 10, 20]],
  ],
  [
    // The third box overlaps the second by 7 / 13, but their fused box by less than the first did:
    // the mean of the first two is 1 to 11, which it overlaps by 7 / 14.
    "compares with the fused box, not with its members",
    [[[0, 0, 10, 10], 0.5], [[2, 0, 12, 10], 0.5], [[5, 0, 15, 10], 0.25]],
    [[0, 1, 0, 11, 10], [2, 5, 0, 15, 10]],
  ],
  [
    // IoU with the first 8 / 12, with the second 9 / 11.
    "adds a box to the most similar cluster",
    [[[0, 0, 10, 10], 0.5], [[6, 0, 16, 10], 0.5], [[5, 0, 15, 10], 0.5]],
    [[0, 0, 0, 10, 10], [1, 5.5, 0, 15.5, 10]],
  ],
  [
    "takes the mean of boxes with the score 0",
    [[[0, 0, 10, 10], 0], [[2, 0, 12, 10], 0]],
    [[0, 1, 0, 11, 10]],
  ],
];

for (const [claim, rows, fused] of CASES) {
  Deno.test(`fuseBoxes() ${claim}`, () => {
    const found = fuse(rows);
    assertEquals(found.map(([row]) => row), fused.map(([row]) => row));
    found.flat().forEach((value, i) => assertAlmostEquals(value, fused.flat()[i]!, 1e-9));
  });
}

Deno.test("fuseBoxes() never fuses boxes without area or with NaN", () => {
  const rows: Row[] = [[[5, 5, 5, 5], 0.9], [[5, 5, 5, 5], 0.8], [[NaN, 0, 1, 1], 0.7]];
  assertEquals(fuse(rows, 0).length, 3);
});
