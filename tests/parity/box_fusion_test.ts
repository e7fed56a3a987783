import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fuseBoxes } from "../../src/core/fuse_boxes.ts";

const FOLDER = new URL("box_fusion/", import.meta.url);

/** Boxes, and the result of the package ensemble-boxes (`make/box_fusion.py`). */
interface Golden {
  readonly threshold: number;
  readonly boxes: readonly number[][];
  readonly scores: readonly number[];
  readonly labels: readonly number[];
  /** Rows of four edges, score and label, best first. */
  readonly fused: readonly number[][];
}

/** The package computes its means in float32. */
const TOLERANCE = 1e-6;

function assertFused({ threshold, boxes, scores, labels, fused }: Golden): void {
  const found = fuseBoxes({
    boxes: Float64Array.from(boxes.flat()),
    groups: Int32Array.from(labels),
    scores: Float64Array.from(scores),
  }, threshold);
  assertEquals(found.rows.length, fused.length);
  found.rows.forEach((row, i) => {
    const [xmin, ymin, xmax, ymax, score, label] = fused[i] ?? [];
    assertEquals(labels[row], label);
    assertAlmostEquals(scores[row] ?? NaN, score ?? NaN, TOLERANCE);
    [xmin, ymin, xmax, ymax].forEach((edge, k) => {
      assertAlmostEquals(found.boxes[i * 4 + k] ?? NaN, edge ?? NaN, TOLERANCE);
    });
  });
}

/** Properties of the fusion, each deliberately wrong. */
const WRONG_TWINS: readonly (readonly [name: string, change: (golden: Golden) => Golden])[] = [
  ["another threshold", (golden) => ({ ...golden, threshold: 0.9 })],
  ["one group for all labels", (golden) => ({ ...golden, labels: golden.labels.map(() => 0) })],
  [
    "equal weights",
    (golden) => ({ ...golden, scores: golden.scores.map(() => golden.scores[0] ?? 1) }),
  ],
  ["worst box first", (golden) => ({
    ...golden,
    boxes: golden.boxes.toReversed(),
    scores: golden.scores.toReversed(),
    labels: golden.labels.toReversed(),
  })],
];

for (const { name } of Deno.readDirSync(FOLDER)) {
  const golden: Golden = JSON.parse(Deno.readTextFileSync(new URL(name, FOLDER)));
  Deno.test(`fuseBoxes() gives what ensemble-boxes gives: ${name}`, () => {
    assert(golden.fused.length < golden.boxes.length, "the golden fuses no boxes");
    assertFused(golden);
  });

  for (const [twin, change] of WRONG_TWINS) {
    Deno.test(`the golden ${name} notices ${twin}`, () => {
      assertThrows(() => assertFused(change(golden)));
    });
  }
}
