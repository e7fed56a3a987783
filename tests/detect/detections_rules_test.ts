import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import type { Size } from "../../src/core/size.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { type Fill, makeOutputs } from "./make_outputs.ts";
import { decoded, postprocessed, smallManifest } from "../manifest/small_manifest.ts";

type Postprocess = HeadsManifest["postprocess"];

/** Returns the boxes of all detections, in source pixels. */
function boxesOf(manifest: HeadsManifest, source: Size, scores: Fill, deltas: Fill = () => 0) {
  const plan = createResizePlan(source, manifest.resize, manifest.pad);
  const outputs = makeOutputs(manifest, plan.input, scores, deltas);
  const options = resolveOptions(manifest, { max: 99, iou: 1 });
  return postprocess(manifest, outputs, plan, options)
    .map(({ box: { xmin, ymin, xmax, ymax } }) => [xmin, ymin, xmax, ymax]);
}

/** Logits above the threshold for one class of one 4x16 anchor, in a cell at the right of level 0. */
const LAST_CELL: Fill = ({ level, row, column, anchor, channel }) =>
  level === 0 && row === 2 && column === 3 && anchor === 1 && channel === 0 ? 1 : -9;

/** Clips of a 4x16 anchor around (28, 20) that dx = 1 moves to (32, 20); 32x20 padded to 32x32. */
const CLIPS: readonly (readonly [
  clip: Postprocess["clip"],
  claim: string,
  box: readonly number[],
])[] = [
  // The last clip is to the source, 32x20.
  ["none", "the source, after NMS", [30, 12, 32, 20]],
  ["picture", "the image", [30, 12, 32, 20]],
  // 32 − 1.
  ["input-pixels", "the input's last pixel", [30, 12, 31, 20]],
  // The grid has 4 cells of 8 px: 32 − 1.
  ["grid-pixels", "the grid's last pixel", [30, 12, 31, 20]],
];

for (const [clip, claim, box] of CLIPS) {
  Deno.test(`detectionsOf() clips to ${claim} with clip ${clip}`, () => {
    const right: Fill = ({ channel }) => channel === 0 ? 1 : 0;
    const manifest = postprocessed({ clip });
    assertEquals(boxesOf(manifest, { width: 32, height: 20 }, LAST_CELL, right), [box]);
  });
}

Deno.test("detectionsOf() clips to the last pixel of the grid, not of the input", () => {
  // 20x20 has 3 columns: 24 px of nominal stride 8, 18 px of stride floor(20 / 3) = 6.
  const manifest = (clip: Postprocess["clip"], strides: "nominal" | "floor-input-over-grid") => ({
    ...postprocessed({ clip }),
    resize: { kind: "none" } as const,
    pad: { kind: "none", value: 0 } as const,
    anchors: { ...smallManifest.anchors, strides } as HeadsManifest["anchors"],
  });
  const everything: Fill = ({ level, row, column, anchor, channel }) =>
    level === 0 && row === 1 && column === 1 && anchor === 0 && channel === 0 ? 1 : -9;
  // An 8x8 anchor, e^4 times as large, exceeds every area.
  const huge: Fill = ({ channel }) => channel < 2 ? 0 : 4;
  const source = { width: 20, height: 20 };
  const cut = (clip: Postprocess["clip"], strides: "nominal" | "floor-input-over-grid") =>
    boxesOf(manifest(clip, strides), source, everything, huge);
  assertEquals(cut("grid-pixels", "floor-input-over-grid"), [[0, 0, 17, 17]]);
  assertEquals(cut("grid-pixels", "nominal"), [[0, 0, 20, 20]]); // 23, then the source
  assertEquals(cut("input-pixels", "nominal"), [[0, 0, 19, 19]]);
  assertEquals(cut("picture", "nominal"), [[0, 0, 20, 20]]);
});

Deno.test("detectionsOf() clips between two pixels if one factor puts the image's edge there", () => {
  // 64x41 at one half: the image ends at 20.5, its last row at 21.
  const boxes = [[0, 10, 10, 20.5], [0, 10, 10, 30]];
  const scores: Fill = ({ column, channel }) => channel === 0 && column < 2 ? 9 - column : -9;
  const deltas: Fill = ({ column, channel }) => boxes[column]?.[channel] ?? 0;
  const count = (factor: "one" | "per-side") => {
    const resize = { ...smallManifest.resize, factor } as HeadsManifest["resize"];
    const manifest = { ...decoded, resize };
    const plan = createResizePlan({ width: 64, height: 41 }, manifest.resize, manifest.pad);
    const outputs = makeOutputs(manifest, plan.input, scores, deltas);
    return postprocess(manifest, outputs, plan, resolveOptions(manifest, { iou: 0.98 })).length;
  };
  // Equal boxes, or an IoU of 10.5 / 11 = 0.95.
  assertEquals([count("one"), count("per-side")], [1, 2]);
});

/** Returns the classes detected for one anchor with a logit of 3, 2 and 1 for class 0, 1 and 2. */
function classesOf(changes: Partial<Postprocess>, options: DetectOptions = {}): number[] {
  const manifest = postprocessed(changes);
  const plan = createResizePlan({ width: 32, height: 32 }, manifest.resize, manifest.pad);
  const scores: Fill = ({ level, row, column, anchor, channel }) =>
    level === 0 && row === 0 && column === 0 && anchor === 0 ? 3 - channel : -99;
  const outputs = makeOutputs(manifest, plan.input, scores, () => 0);
  return postprocess(manifest, outputs, plan, resolveOptions(manifest, options))
    .map(({ classId }) => classId);
}

Deno.test("detectionsOf() never returns the background, even with the best score", () => {
  assertEquals(classesOf({}), [0, 1, 2]);
  assertEquals(classesOf({ background: 0 }), [1, 2]);
  assertEquals(classesOf({ background: 1 }), [0, 2]);
  assertEquals(classesOf({ background: 2 }), [0, 1]);
});

Deno.test("detectionsOf() does not return the background if it is requested by name", () => {
  assertEquals(classesOf({ background: 0 }, { classes: ["cat"] }), []);
  assertEquals(classesOf({ background: 0 }, { classes: ["cat", "dog"] }), [2]);
  assertEquals(classesOf({}, { classes: ["cat"] }), [0]);
});

Deno.test("detectionsOf() does not count the background as a candidate, even at threshold 0", () => {
  const candidates = { perLevel: 1, total: null };
  assertEquals(classesOf({ background: 0, candidates }, { max: 1 }), [1]);
  const all = classesOf({ background: 0, candidates: { perLevel: 99, total: null } }, {
    scoreThreshold: 0,
    iou: 1,
    max: 999,
  });
  // (16 + 4) cells · 2 anchors · 2 classes = 80, and class 0 is not among them.
  assertEquals(all.length, 80);
  assertEquals(all.includes(0), false);
});

Deno.test("detectionsOf() includes the background in the softmax", () => {
  // e^3 : e^2 : e^1, so the last one is 1 / (1 + e + e²).
  const manifest = postprocessed({ activation: "softmax", background: 0, score: 0.05 });
  const plan = createResizePlan({ width: 32, height: 32 }, manifest.resize, manifest.pad);
  const scores: Fill = ({ level, row, column, anchor, channel }) =>
    level + row + column + anchor === 0 ? 3 - channel : channel === 0 ? 99 : 0;
  const outputs = makeOutputs(manifest, plan.input, scores, () => 0);
  const found = postprocess(manifest, outputs, plan, resolveOptions(manifest, {}));
  assertEquals(found.map(({ classId }) => classId), [1, 2]);
  const sum = 1 + Math.E + Math.E ** 2;
  assertAlmostEquals(found[0]!.score, Math.E / sum, 1e-6);
  assertAlmostEquals(found[1]!.score, 1 / sum, 1e-6);
});

/** Boxes, and true for those with an area after the clip to a source of 32x32. */
const THIN: readonly (readonly [box: readonly number[], hasArea: boolean])[] = [
  [[1, 1, 2, 2], true],
  [[5, 5, 5, 9], false],
  [[5, 5, 9, 5], false],
  [[40, 5, 50, 9], false], // clipped to x = 32
  [[5, -9, 9, 0], false],
];

for (const empty of ["keep", "drop", "drop-first"] as const) {
  Deno.test(`detectionsOf() treats detections without width or height by the rule ${empty}`, () => {
    const manifest = {
      ...decoded,
      postprocess: { ...decoded.postprocess, clip: "none", empty } as const,
    };
    const scores: Fill = ({ column, channel }) =>
      channel === 0 && column < THIN.length ? 9 - column : -9;
    const deltas: Fill = ({ column, channel }) => THIN[column]?.[0][channel] ?? 0;
    const found = boxesOf(manifest, { width: 32, height: 32 }, scores, deltas);
    const kept = THIN.filter(([, hasArea]) => hasArea || empty === "keep");
    assertEquals(found.length, kept.length);
    assertEquals(found[0], [1, 1, 2, 2]);
  });
}

Deno.test("detectionsOf() returns no box with swapped edges", () => {
  const scores: Fill = ({ column, channel }) => channel === 0 && column === 0 ? 9 : -9;
  const deltas: Fill = ({ channel }) => [20, 20, 10, 5][channel]!;
  const found = boxesOf(decoded, { width: 32, height: 32 }, scores, deltas);
  for (const [xmin, ymin, xmax, ymax] of found) {
    assertEquals([xmin! <= xmax!, ymin! <= ymax!], [true, true]);
  }
});

/** Rules for empty boxes, and the left edges of the detections for a limit of 2. */
const LIMITED = [["drop", [1]], ["drop-first", [1, 9]]] as const;

for (const [empty, edges] of LIMITED) {
  Deno.test(`detectionsOf() counts detections towards the limit by the rule ${empty}`, () => {
    const postprocessing = { ...decoded.postprocess, empty, clip: "none", limit: 2 } as const;
    const manifest = { ...decoded, postprocess: postprocessing };
    const plan = createResizePlan({ width: 32, height: 32 }, manifest.resize, manifest.pad);
    // The second best has no width, and the third is beyond the limit.
    const scores: Fill = ({ column, channel }) => channel === 0 && column < 3 ? 9 - column : -9;
    const deltas: Fill = ({ column, channel }) =>
      [[1, 1, 2, 2], [5, 5, 5, 9], [9, 9, 12, 12]][column]?.[channel] ?? 0;
    const outputs = makeOutputs(manifest, plan.input, scores, deltas);
    const found = postprocess(manifest, outputs, plan, resolveOptions(manifest, {}));
    assertEquals(found.map(({ box }) => box.xmin), edges);
  });
}

Deno.test("detectionsOf() computes IoU in whole pixels with extent last-pixel", () => {
  // IoU is 45 / 81 by edges, 60 / 100 by pixels.
  const boxes = [[0, 0, 9, 9], [0, 0, 9, 5]];
  const scores: Fill = ({ column, channel }) => channel === 0 && column < 2 ? 9 - column : -9;
  const deltas: Fill = ({ column, channel }) => boxes[column]?.[channel] ?? 0;
  const count = (extent: "edges" | "last-pixel") => {
    const manifest = { ...decoded, boxes: { ...decoded.boxes, extent } };
    const plan = createResizePlan({ width: 32, height: 32 }, manifest.resize, manifest.pad);
    const outputs = makeOutputs(manifest, plan.input, scores, deltas);
    return postprocess(manifest, outputs, plan, resolveOptions(manifest, { iou: 0.58 })).length;
  };
  assertEquals([count("edges"), count("last-pixel")], [2, 1]);
});
