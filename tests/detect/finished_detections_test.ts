import { assertEquals } from "@std/assert";
import type { FinishedManifest } from "../../src/manifest/manifest.ts";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import type { Tensor } from "../../src/ports/session.ts";
import { assertDomainError } from "../testing.ts";
import { finished, smallFinished } from "../manifest/small_manifest.ts";

/** Row that a graph returns. */
type Row = readonly [box: readonly number[], score: number, classId: number];

// 64x48 is resized to 32x24 and padded to 32x32: an input pixel is two source pixels wide.
const PLAN = createResizePlan({ width: 64, height: 48 }, smallFinished.resize, smallFinished.pad);
const BOX = [1, 2, 3, 4] as const;

function outputsOf(rows: readonly Row[], batch?: number) {
  const sides = batch === undefined ? [rows.length] : [batch, rows.length];
  const tensor = (numbers: readonly number[], shape: readonly number[]): Tensor => {
    // The other images of the batch are filled with 99.
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(99);
    data.set(numbers);
    return { data, shape };
  };
  return {
    boxes: tensor(rows.flatMap(([box]) => box), [...sides, 4]),
    scores: tensor(rows.map(([, score]) => score), sides),
    labels: tensor(rows.map(([, , classId]) => classId), sides),
  };
}

function detect(
  rows: readonly Row[],
  manifest: FinishedManifest = smallFinished,
  options: DetectOptions = {},
) {
  const outputs = outputsOf(rows, manifest.outputs.batched ? 1 : undefined);
  return postprocess(manifest, outputs, PLAN, resolveOptions(manifest, options));
}

/** Returns the left edge of each detection in input pixels, which identifies its row. */
function rowsFound(...call: Parameters<typeof detect>): number[] {
  return detect(...call).map(({ box }) => box.xmin / 2);
}

/** Returns a row that its left edge identifies. */
function row(left: number, score: number, classId = 0): Row {
  return [[left, 0, 30, 20], score, classId];
}

Deno.test("finishedDetections() returns label, class, score and a box in source pixels", () => {
  for (const manifest of [smallFinished, finished({ batched: true })]) {
    assertEquals(detect([[BOX, 0.75, 2]], manifest), [
      { label: "dog", classId: 2, score: 0.75, box: { xmin: 2, ymin: 4, xmax: 6, ymax: 8 } },
    ]);
  }
  assertEquals(detect([[BOX, 0.75, 1]])[0]!.label, "class 1");
});

const SPACES: readonly (readonly [
  outputs: Partial<FinishedManifest["outputs"]>,
  box: readonly [number, number, number, number],
])[] = [
  [{ corners: "xyxy", space: "input" }, [2, 4, 6, 8]],
  // y1, x1, y2, x2.
  [{ corners: "yxyx", space: "input" }, [4, 2, 8, 6]],
  // In an input of 32x32: 8, 16, 24, 32 input pixels. The image ends at row 24.
  [{ corners: "xyxy", space: "unit" }, [16, 32, 48, 48]],
  [{ corners: "yxyx", space: "unit" }, [32, 16, 64, 48]],
];

for (const [outputs, [xmin, ymin, xmax, ymax]] of SPACES) {
  Deno.test(`finishedDetections() reads boxes as ${outputs.corners} in space ${outputs.space}`, () => {
    const box = outputs.space === "unit" ? [0.25, 0.5, 0.75, 1] : BOX;
    assertEquals(detect([[box, 0.75, 0]], finished(outputs))[0]!.box, { xmin, ymin, xmax, ymax });
  });
}

Deno.test("finishedDetections() clips to the source", () => {
  const [found] = detect([[[-5, 20, 99, 31], 0.75, 0]]);
  assertEquals(found?.box, { xmin: 0, ymin: 40, xmax: 64, ymax: 48 });
});

Deno.test("finishedDetections() skips rows with a negative class id as padding", () => {
  assertEquals(rowsFound([row(1, 0.9, -1), row(2, 0.8), row(3, 0.7, -1)]), [2]);
  assertEquals(detect([[[-1, -1, -1, -1], -1, -1]], smallFinished, { scoreThreshold: 0 }), []);
});

const COUNTS: readonly (readonly [count: number, rows: readonly number[]])[] = [
  [0, []],
  [2, [1, 2]],
  [3, [1, 2, 3]],
  [9, [1, 2, 3]], // more than M
  [-1, []],
  [NaN, []],
];

for (const [count, rows] of COUNTS) {
  Deno.test(`finishedDetections() reads ${rows.length} of 3 rows if the count is ${count}`, () => {
    const manifest = finished({ count: "count" });
    const outputs = {
      ...outputsOf([row(1, 0.9), row(2, 0.8), row(3, 0.7)]),
      // The first count belongs to the first image of the batch.
      count: { data: Float32Array.of(count, 1), shape: [2] },
    };
    const found = postprocess(manifest, outputs, PLAN, resolveOptions(manifest, {}));
    assertEquals(found.map(({ box }) => box.xmin / 2), rows);
  });
}

Deno.test("finishedDetections() reads the first image of a batch", () => {
  const manifest = {
    ...finished({ batched: true }),
    input: { ...smallFinished.input, batch: 2 },
  };
  const found = postprocess(
    manifest,
    outputsOf([row(1, 0.9), row(2, 0.8)], 2),
    PLAN,
    resolveOptions(manifest, {}),
  );
  assertEquals(found.map(({ box }) => box.xmin), [2, 4]);
});

Deno.test("finishedDetections() compares scores with the threshold as the manifest says", () => {
  const rows = [row(1, 0.5 + 2 ** -20), row(2, 0.5), row(3, 0.5 - 2 ** -20)];
  assertEquals(rowsFound(rows), [1]);
  assertEquals(rowsFound(rows, finished({}, { scoreTest: "at-least" })), [1, 2]);
  assertEquals(rowsFound(rows, smallFinished, { scoreThreshold: 0.25 }), [1, 2, 3]);
  assertEquals(rowsFound(rows, finished({}, { score: 0.75 })), []);
});

Deno.test("finishedDetections() returns the best first, and ties in the order of the graph", () => {
  const rows = [row(1, 0.6), row(2, 0.9), row(3, 0.6), row(4, 0.8)];
  assertEquals(rowsFound(rows), [2, 4, 1, 3]);
});

Deno.test("finishedDetections() returns the best up to the limit, in any order of rows", () => {
  const rows = [1, 2, 3, 4, 5, 6, 7].map((left) => row(left, 0.5 + left / 100));
  assertEquals(rowsFound(rows), [7, 6, 5, 4, 3]);
  assertEquals(rowsFound(rows, smallFinished, { max: 2 }), [7, 6]);
});

Deno.test("finishedDetections() returns only the requested classes, up to the limit", () => {
  const rows = [row(1, 0.9, 0), row(2, 0.8, 2), row(3, 0.7, 0), row(4, 0.6, 2)];
  assertEquals(rowsFound(rows, smallFinished, { classes: ["dog"] }), [2, 4]);
  assertEquals(rowsFound(rows, smallFinished, { classes: ["dog"], max: 1 }), [2]);
  assertEquals(rowsFound(rows, smallFinished, { classes: [] }), []);
});

Deno.test("finishedDetections() suppresses nothing", () => {
  assertEquals(rowsFound([row(1, 0.9), row(1, 0.8), row(1, 0.7)]), [1, 1, 1]);
});

Deno.test("finishedDetections() drops rows with NaN and infinite boxes", () => {
  const rows: Row[] = [
    [[NaN, 0, 9, 9], 0.9, 0],
    [[0, 0, Infinity, 9], 0.9, 0],
    [BOX, NaN, 0],
    [BOX, 0.9, NaN],
    row(5, 0.6),
  ];
  assertEquals(rowsFound(rows), [5]);
});

Deno.test("finishedDetections() returns nothing for no rows", () => {
  assertEquals(detect([]), []);
  assertEquals(detect([], finished({ batched: true })), []);
});

Deno.test("finishedDetections() returns no box with swapped edges", () => {
  for (const { box } of detect([[[20, 20, 10, 5], 0.9, 0]])) {
    assertEquals([box.xmin <= box.xmax, box.ymin <= box.ymax], [true, true]);
  }
});

const ROWS = outputsOf([row(1, 0.9), row(2, 0.8)]);

const WRONG: readonly (readonly [
  claim: string,
  manifest: FinishedManifest,
  outputs: Readonly<Record<string, Tensor>>,
  words: readonly string[],
])[] = [
  [
    "fewer scores than boxes",
    smallFinished,
    { ...ROWS, scores: { data: Float32Array.of(1), shape: [1] } },
    [`"scores"`, "[1]", "[2]"],
  ],
  [
    "more labels than boxes",
    smallFinished,
    { ...ROWS, labels: { data: new Float32Array(3), shape: [3] } },
    [`"labels"`, "[3]", "[2]"],
  ],
  [
    "boxes of five numbers",
    smallFinished,
    { ...ROWS, boxes: { data: new Float32Array(10), shape: [2, 5] } },
    [`"boxes"`, "[2, 5]", "[2, 4]"],
  ],
  ["rows without a batch dimension", finished({ batched: true }), ROWS, [
    `"boxes"`,
    "[2, 4]",
    "[1, 2, 4]",
  ]],
  ["rows with a batch dimension", smallFinished, outputsOf([row(1, 0.9)], 1), [
    `"boxes"`,
    "[1, 1, 4]",
    "[1, 4]",
  ]],
  ["no labels", smallFinished, { boxes: ROWS.boxes, scores: ROWS.scores }, [
    `"labels"`,
    "the run did not return it",
  ]],
  ["no boxes", smallFinished, { scores: ROWS.scores, labels: ROWS.labels }, [
    `"boxes"`,
    "the run did not return it",
  ]],
  ["no count", finished({ count: "count" }), ROWS, [`"count"`, "the run did not return it"]],
];

for (const [claim, manifest, outputs, words] of WRONG) {
  Deno.test(`finishedDetections() refuses ${claim}`, () => {
    assertDomainError(
      () => postprocess(manifest, outputs, PLAN, resolveOptions(manifest, {})),
      "graph-mismatch",
      ...words,
    );
  });
}
