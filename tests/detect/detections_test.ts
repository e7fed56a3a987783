import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Manifest } from "../../models/manifest.ts";
import { createPlan } from "../../src/core/plan.ts";
import type { Candidates } from "../../src/detect/candidates.ts";
import { detectionsOf } from "../../src/detect/detections.ts";
import { smallManifest, varied } from "./small_manifest.ts";

type Candidate = readonly [
  box: readonly [number, number, number, number],
  classId: number,
  logit?: number,
];

// 64x48 to 32x24 in 32x32: source pixels are half as large as input pixels.
const PLAN = createPlan({ width: 64, height: 48 }, smallManifest.resize, smallManifest.pad);
const OPTIONS = { iou: 0.5, max: 100 };
const SQUARE = [0, 0, 10, 10] as const;

function candidatesOf(rows: readonly Candidate[]): Candidates {
  return {
    boxes: Float64Array.from(rows.flatMap(([box]) => box)),
    classIds: Int32Array.from(rows, ([, classId]) => classId),
    logits: Float64Array.from(rows, ([, , logit = 0]) => logit),
  };
}

function detect(rows: readonly Candidate[], manifest: Manifest = smallManifest, options = OPTIONS) {
  return detectionsOf(candidatesOf(rows), PLAN, manifest, options);
}

function postprocess(changes: Partial<Manifest["postprocess"]>): Manifest {
  return varied({ postprocess: { ...smallManifest.postprocess, ...changes } });
}

const AGNOSTIC = postprocess({ nms: { iou: 0.5, perClass: false } });
const CLIP_AFTER = postprocess({ clip: "after-nms" });

Deno.test("detectionsOf() gives label, class, score and a box in source pixels", () => {
  assertEquals(detect([[[1, 2, 10, 20], 2, Math.log(3)]]).map(({ score: _, ...rest }) => rest), [
    { label: "dog", classId: 2, box: { xmin: 2, ymin: 4, xmax: 20, ymax: 40 } },
  ]);
  assertAlmostEquals(detect([[SQUARE, 2, Math.log(3)]])[0].score, 0.75);
});

Deno.test("detectionsOf() calls a class id without a label by its number", () => {
  assertEquals(detect([[SQUARE, 1]])[0].label, "class 1");
});

Deno.test("detectionsOf() clips to the picture, not to the padding", () => {
  for (const manifest of [smallManifest, CLIP_AFTER]) {
    // The picture ends at row 24, the input at 32.
    assertEquals(detect([[[-4, 20, 99, 31], 0]], manifest)[0].box, {
      xmin: 0,
      ymin: 40,
      xmax: 64,
      ymax: 48,
    });
  }
});

Deno.test("detectionsOf() drops repeats of a class, and of any class where groups do not count", () => {
  const rows: Candidate[] = [[SQUARE, 0, 3], [SQUARE, 2, 2], [SQUARE, 0, 1]];
  assertEquals(detect(rows).map(({ classId }) => classId), [0, 2]);
  assertEquals(detect(rows, AGNOSTIC).map(({ classId }) => classId), [0]);
});

Deno.test("detectionsOf() goes by the asked overlap, not by the manifest's", () => {
  // 60 of 100 are shared.
  const rows: Candidate[] = [[SQUARE, 0], [[0, 0, 10, 6], 0]];
  assertEquals(detect(rows).length, 1);
  assertEquals(detect(rows, smallManifest, { iou: 0.6, max: 100 }).length, 2);
});

Deno.test("detectionsOf() keeps the first `max`, over all classes", () => {
  const rows: Candidate[] = [[SQUARE, 0, 4], [SQUARE, 0, 3], [SQUARE, 2, 2], [SQUARE, 1, 1]];
  const found = detect(rows, smallManifest, { iou: 0.5, max: 2 });
  assertEquals(found.map(({ classId }) => classId), [0, 2]);
});

Deno.test("detectionsOf() clips before or after NMS, as the manifest says", () => {
  // The picture ends at row 24: below it the second box goes on for twice its visible part.
  const rows: Candidate[] = [[[0, 14, 10, 24], 0], [[0, 14, 10, 44], 0]];
  // Clipped, the two are equal; unclipped, they share 100 of 300.
  assertEquals(detect(rows).length, 1);
  const unclipped = detect(rows, CLIP_AFTER);
  assertEquals(unclipped.length, 2);
  assertEquals(unclipped[1].box, { xmin: 0, ymin: 28, xmax: 20, ymax: 48 });
});

Deno.test("detectionsOf() keeps the order of the candidates", () => {
  const rows: Candidate[] = [[[20, 0, 30, 9], 0, 2], [SQUARE, 0, 2], [[0, 12, 9, 20], 2, 1]];
  assertEquals(detect(rows).map(({ box }) => box.xmin), [40, 0, 0]);
});

Deno.test("detectionsOf() gives scores of 0 and 1 for endless logits", () => {
  const rows: Candidate[] = [[SQUARE, 0, Infinity], [SQUARE, 2, -Infinity]];
  assertEquals(detect(rows).map(({ score }) => score), [1, 0]);
});

Deno.test("detectionsOf() gives nothing for nothing", () => {
  assertEquals(detect([]), []);
});
