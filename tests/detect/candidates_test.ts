import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Size } from "../../src/core/size.ts";
import { type CandidateOptions, candidatesOf } from "../../src/detect/candidates.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { type Fill, makeOutputs } from "./make_outputs.ts";
import { decoded, layouts, smallManifest, varied } from "../manifest/small_manifest.ts";

const INPUT = { width: 32, height: 16 };
const OPTIONS: CandidateOptions = {
  cut: 0,
  limits: { perLevel: 10, total: null },
  classIds: null,
  boxCoder: smallManifest.boxes,
  input: INPUT,
  clip: () => null,
};
/** Limits above the number of pairs. */
const ALL = { perLevel: 100, total: null };

/** Returns a fill of `other` with values by place: level, row, column, anchor, channel, a digit each. */
function sparse(values: Readonly<Record<string, number>>, other: number): Fill {
  return ({ level, row, column, anchor, channel }) =>
    values[`${level}${row}${column}${anchor}${channel}`] ?? other;
}

/** Returns the candidates, which must be the same for every layout. */
function candidates(scores: Fill, deltas: Fill, options: CandidateOptions = OPTIONS) {
  const [first, ...others] = layouts.map((outputs) => {
    const manifest = varied({ outputs });
    const tensors = makeOutputs(manifest, INPUT, scores, deltas);
    return candidatesOf(headsOf(manifest, tensors, INPUT), options);
  });
  for (const other of others) assertEquals(other, first, "layouts differ");
  return first!;
}

const none: Fill = () => 0;

Deno.test("candidatesOf() orders candidates by number, then level, then index", () => {
  const scores = sparse({
    "10000": 2,
    "00000": 1,
    "01302": 2,
    "00100": 2,
    "10001": 3,
  }, -1);
  const found = candidates(scores, none);
  assertEquals([...found.values], [3, 2, 2, 2, 1]);
  // Of the twos: level 0 at column 1, level 0 in the last row, level 1.
  assertEquals([...found.classIds], [1, 0, 2, 0, 0]);
  const centresX = [0, 1, 2, 3, 4].map((i) => (found.boxes[i * 4]! + found.boxes[i * 4 + 2]!) / 2);
  assertEquals(centresX, [8, 12, 28, 8, 4]);
});

Deno.test("candidatesOf() returns the anchors if the deltas are 0", () => {
  const scores = sparse({ "00000": 4, "00110": 3, "10000": 2, "10110": 1 }, -1);
  const { boxes } = candidates(scores, none);
  assertEquals([...boxes], [
    ...[0, 0, 8, 8], // 8x8 around (4, 4)
    ...[10, -4, 14, 12], // 4x16 around (12, 4): not clipped
    ...[0, 0, 16, 16], // 16x16 around (8, 8)
    ...[20, -8, 28, 24], // 8x32 around (24, 8)
  ]);
});

Deno.test("candidatesOf() decodes the deltas of each candidate's own anchor", () => {
  const scores = sparse({ "00212": 1 }, -1);
  // dx of 0.5 and twice the height: 4x32 around (20 + 2, 4). All other deltas are 9.
  const deltas = sparse({ "00210": 0.5, "00211": 0, "00212": 0, "00213": Math.log(2) }, 9);
  const { boxes, classIds } = candidates(scores, deltas);
  assertEquals([...classIds], [2]);
  [20, -12, 24, 20].forEach((edge, i) => assertAlmostEquals(boxes[i]!, edge, 1e-5));
});

Deno.test("candidatesOf() selects an anchor for several classes", () => {
  const found = candidates(sparse({ "01000": 1, "01001": 2, "01002": 3 }, -1), none);
  assertEquals([...found.classIds], [2, 1, 0]);
  assertEquals(found.boxes.slice(0, 4), found.boxes.slice(4, 8));
  assertEquals(found.boxes.slice(0, 4), found.boxes.slice(8, 12));
});

Deno.test("candidatesOf() limits each level separately", () => {
  const found = candidates(() => 1, none, { ...OPTIONS, limits: { perLevel: 4, total: null } });
  // From the first cell of each level: classes 0, 1, 2 of one anchor, then 0 of the next.
  assertEquals([...found.classIds], [0, 1, 2, 0, 0, 1, 2, 0]);
});

Deno.test("candidatesOf() selects numbers strictly above the cut", () => {
  const scores = sparse({ "00000": 0, "00001": 1e-30, "00002": -1e-30 }, -1);
  assertEquals([...candidates(scores, none).classIds], [1]);
});

Deno.test("candidatesOf() selects every pair above −∞, and none above ∞", () => {
  // (4·2 + 2·1) cells · 2 anchors · 3 classes = 60.
  const options = { ...OPTIONS, limits: ALL };
  assertEquals(candidates(() => -50, none, { ...options, cut: -Infinity }).values.length, 60);
  assertEquals(candidates(() => 50, none, { ...options, cut: Infinity }).values.length, 0);
});

Deno.test("candidatesOf() limits all levels together, after each level", () => {
  // Two of level 1 are better than the third of level 0.
  const scores = sparse({ "00000": 9, "00100": 8, "00200": 3, "10000": 5, "10100": 4 }, -1);
  const found = (perLevel: number | null, total: number | null) => [
    ...candidates(scores, none, { ...OPTIONS, limits: { perLevel, total } }).values,
  ];
  assertEquals(found(null, null), [9, 8, 5, 4, 3]);
  assertEquals(found(null, 4), [9, 8, 5, 4]);
  assertEquals(found(null, 1), [9]);
  assertEquals(found(1, null), [9, 5]);
  assertEquals(found(1, 2), [9, 5]);
  // The best three of 9, 8 (level 0) and 5, 4 (level 1).
  assertEquals(found(2, 3), [9, 8, 5]);
  assertEquals(found(2, 99), [9, 8, 5, 4]);
});

Deno.test("candidatesOf() cuts ties between levels by level, then index", () => {
  const found = candidates(() => 1, none, { ...OPTIONS, limits: { perLevel: 2, total: 3 } });
  assertEquals([...found.classIds], [0, 1, 0]);
  // The third is the first anchor of level 1, 16x16.
  assertEquals([...found.boxes.subarray(8)], [0, 0, 16, 16]);
});

Deno.test("candidatesOf() clips the boxes of each level to the area for that level", () => {
  const scores = sparse({ "00110": 2, "10110": 1 }, -1);
  const clip = ({ covered, grid }: { covered: Size; grid: Size }) =>
    grid.width === 4 ? { width: 13, height: 11 } : covered;
  const { boxes } = candidates(scores, none, { ...OPTIONS, clip });
  assertEquals([...boxes], [
    ...[10, 0, 13, 11], // 4x16 around (12, 4)
    ...[20, 0, 28, 16], // 8x32 around (24, 8): 2x1 cells of 16 px
  ]);
});

const SPACES: readonly (readonly [space: "input" | "unit", box: readonly number[]])[] = [
  ["input", [0.25, 0.5, 0.75, 1]],
  // 32x16.
  ["unit", [8, 8, 24, 16]],
];

for (const [space, box] of SPACES) {
  Deno.test(`candidatesOf() keeps decoded boxes as they are, in space ${space}`, () => {
    const fill: Fill = ({ channel }) => [0.25, 0.5, 0.75, 1][channel]!;
    const tensors = makeOutputs(decoded, INPUT, sparse({ "00501": 3 }, -1), fill);
    const boxCoder = { kind: "decoded", corners: "xyxy", space, extent: "edges" } as const;
    const levels = headsOf(decoded, tensors, INPUT);
    const found = candidatesOf(levels, { ...OPTIONS, boxCoder });
    assertEquals([...found.classIds], [1]);
    assertEquals([...found.boxes], box);
    // The area is in input pixels.
    const clipped = candidatesOf(levels, {
      ...OPTIONS,
      boxCoder,
      clip: () => ({ width: 20, height: 0.75 }),
    });
    assertEquals([...clipped.boxes], [
      box[0]!,
      Math.min(box[1]!, 0.75),
      Math.min(box[2]!, 20),
      0.75,
    ]);
  });
}

Deno.test("candidatesOf() selects only the requested classes", () => {
  const options = { ...OPTIONS, limits: ALL, classIds: new Set([2]) };
  const found = candidates(() => 1, none, options);
  assertEquals([...found.classIds], Array.from({ length: 20 }, () => 2));
});

Deno.test("candidatesOf() returns nothing if no number is above the cut, or all are NaN", () => {
  for (const silent of [-1, NaN, -Infinity]) {
    const found = candidates(() => silent, none);
    assertEquals([found.boxes.length, found.values.length, found.classIds.length], [0, 0, 0]);
  }
});
