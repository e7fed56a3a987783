import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { detectionsOf } from "../../src/detect/detections.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { type ResolvedOptions, resolveOptions } from "../../src/detect/resolve_options.ts";
import { decoded, smallManifest } from "../manifest/small_manifest.ts";

/** Decoded box with a logit for one class; the other classes have −∞. */
type Row = readonly [
  box: readonly [number, number, number, number],
  classId: number,
  logit?: number,
];

// 64x48 is resized to 32x24 and padded to 32x32: an input pixel is two source pixels wide.
const PLAN = createResizePlan({ width: 64, height: 48 }, smallManifest.resize, smallManifest.pad);
const OPTIONS = { scoreThreshold: 0, iou: 0.5, max: 100, classIds: null };
const SQUARE = [0, 0, 10, 10] as const;

function detect(
  rows: readonly Row[],
  manifest: HeadsManifest = decoded,
  options: Partial<ResolvedOptions> = OPTIONS,
) {
  const scores = rows.flatMap(([, classId, logit = 0]) =>
    [0, 1, 2].map((id) => id === classId ? logit : -Infinity)
  );
  const outputs = {
    scores: { data: Float32Array.from(scores), shape: [1, rows.length, 3] },
    deltas: { data: Float32Array.from(rows.flatMap(([box]) => box)), shape: [1, rows.length, 4] },
  };
  const resolved = { ...resolveOptions(manifest, {}), ...options };
  return detectionsOf(headsOf(manifest, outputs, PLAN.input), PLAN, manifest, resolved);
}

function postprocess(changes: Partial<HeadsManifest["postprocess"]>): HeadsManifest {
  return { ...decoded, postprocess: { ...decoded.postprocess, ...changes } };
}

const AGNOSTIC = postprocess({ nms: { iou: 0.5, perClass: false } });
const UNCLIPPED = postprocess({ clip: "none" });

Deno.test("detectionsOf() returns label, class, score and a box in source pixels", () => {
  assertEquals(detect([[[1, 2, 10, 20], 2, Math.log(3)]]).map(({ score: _, ...rest }) => rest), [
    { label: "dog", classId: 2, box: { xmin: 2, ymin: 4, xmax: 20, ymax: 40 } },
  ]);
  assertAlmostEquals(detect([[SQUARE, 2, Math.log(3)]])[0]!.score, 0.75);
});

Deno.test("detectionsOf() labels a class id without a name by its number", () => {
  assertEquals(detect([[SQUARE, 1]])[0]!.label, "class 1");
});

Deno.test("detectionsOf() clips to the image, not to the padding", () => {
  for (const manifest of [decoded, UNCLIPPED]) {
    // The image ends at row 24, the input at 32.
    assertEquals(detect([[[-4, 20, 99, 31], 0]], manifest)[0]!.box, {
      xmin: 0,
      ymin: 40,
      xmax: 64,
      ymax: 48,
    });
  }
});

Deno.test("detectionsOf() suppresses boxes of the same class, or of any class without perClass", () => {
  const rows: Row[] = [[SQUARE, 0, 3], [SQUARE, 2, 2], [SQUARE, 0, 1]];
  assertEquals(detect(rows).map(({ classId }) => classId), [0, 2]);
  assertEquals(detect(rows, AGNOSTIC).map(({ classId }) => classId), [0]);
});

Deno.test("detectionsOf() uses the IoU of the call, not of the manifest", () => {
  // The IoU is 60 / 100.
  const rows: Row[] = [[SQUARE, 0], [[0, 0, 10, 6], 0]];
  assertEquals(detect(rows).length, 1);
  assertEquals(detect(rows, decoded, { ...OPTIONS, iou: 0.6 }).length, 2);
});

Deno.test("detectionsOf() keeps the first `max`, over all classes", () => {
  const rows: Row[] = [[SQUARE, 0, 4], [SQUARE, 0, 3], [SQUARE, 2, 2], [SQUARE, 1, 1]];
  const found = detect(rows, decoded, { ...OPTIONS, max: 2 });
  assertEquals(found.map(({ classId }) => classId), [0, 2]);
});

Deno.test("detectionsOf() clips before NMS only if the manifest says so", () => {
  // The image ends at row 24, and the second box at row 44.
  const rows: Row[] = [[[0, 14, 10, 24], 0], [[0, 14, 10, 44], 0]];
  // Clipped, the two are equal. Unclipped, their IoU is 100 / 300.
  assertEquals(detect(rows).length, 1);
  const unclipped = detect(rows, UNCLIPPED);
  assertEquals(unclipped.length, 2);
  assertEquals(unclipped[1]!.box, { xmin: 0, ymin: 28, xmax: 20, ymax: 48 });
});

Deno.test("detectionsOf() keeps the order of the candidates", () => {
  const rows: Row[] = [[[20, 0, 30, 9], 0, 2], [SQUARE, 0, 2], [[0, 12, 9, 20], 2, 1]];
  assertEquals(detect(rows).map(({ box }) => box.xmin), [40, 0, 0]);
});

Deno.test("detectionsOf() returns a score of 1 for an infinite logit", () => {
  const rows: Row[] = [[SQUARE, 0, Infinity], [SQUARE, 2, -99]];
  const scores = detect(rows).map(({ score }) => score);
  assertEquals(scores[0], 1);
  assertAlmostEquals(scores[1]!, 0, 1e-40);
});
