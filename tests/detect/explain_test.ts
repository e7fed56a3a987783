import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { iou, nms } from "../../src/core/nms.ts";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { candidatesOf } from "../../src/detect/candidates.ts";
import { classScales } from "../../src/detect/class_scales.ts";
import { boxRule } from "../../src/detect/detections.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import type { DetectionBox, DetectOptions } from "../../src/ports/detector.ts";
import {
  decoded,
  layouts,
  listed,
  postprocessed,
  smallManifest,
  varied,
} from "../manifest/small_manifest.ts";
import { between, pick, seededRandom } from "../random.ts";
import { type Fill, LISTED_ROWS, makeOutputs, remember } from "./make_outputs.ts";

// 32x16 is neither resized nor padded: input pixels are source pixels.
const PLAN = createResizePlan({ width: 32, height: 16 }, smallManifest.resize, smallManifest.pad);

function explained(
  manifest: typeof smallManifest,
  scores: Fill,
  deltas: Fill,
  options: DetectOptions = {},
) {
  const anchors = remember(() => 4);
  const outputs = makeOutputs(manifest, PLAN.input, scores, deltas, anchors);
  return postprocess(
    manifest,
    outputs,
    PLAN,
    resolveOptions(manifest, { explain: true, ...options }),
  );
}

for (const [i, outputs] of layouts.entries()) {
  Deno.test(`an explanation names the anchor of each detection, in layout ${i}`, () => {
    const manifest = { ...postprocessed({ clip: "none" }), outputs };
    let next = 0;
    const scores = remember(() => 1 + (next++ * 37 % 101) / 100);
    const found = explained(manifest, scores, () => 0, { iou: 1, max: 60 });
    const places = found.map(({ box, explanation, score }) => {
      const { level, stride, cell, anchor, logit } = explanation!;
      if (stride === null || cell === null || anchor.size === null || anchor.ratio === null) {
        throw new Error("the level has a grid");
      }
      assertEquals(level, stride === 8 ? "P3" : "P4");
      assertEquals([anchor.size, anchor.ratio], [stride, anchor.index === 0 ? 1 : 4]);
      assertAlmostEquals(1 / (1 + Math.exp(-logit!)), score);
      // Without deltas, the box is the anchor: clipped to the image, as its centre is not.
      const [x, y] = [(cell.column + 0.5) * stride, (cell.row + 0.5) * stride];
      const height = anchor.size * Math.sqrt(anchor.ratio);
      const width = anchor.size / Math.sqrt(anchor.ratio);
      const edges = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
      assertEquals(Object.values(box), edges.map((edge, at) => clipped(edge, at)));
      return [level, cell.column, cell.row, anchor.index].join();
    });
    // (4·2 + 2·1) cells · 2 anchors, of which the limit of a level takes 10 pairs.
    assert(new Set(places).size >= 8, places.join(" "));
  });
}

function clipped(edge: number, at: number): number {
  return Math.min(at % 2 === 0 ? 32 : 16, Math.max(0, edge));
}

Deno.test("an explanation has null for what a model has not", () => {
  const manifest = {
    ...listed,
    postprocess: { ...listed.postprocess, activation: "softmax" as const },
  };
  const [first] = explained(manifest, ({ channel }) => channel, () => 0, { iou: 1 });
  const { level, stride, cell, anchor, logit } = first!.explanation!;
  assertEquals([level, stride, cell, logit], [null, null, null, null]);
  assert(anchor.index < LISTED_ROWS && anchor.size === null && anchor.ratio === null);
});

Deno.test("an explanation names levels whose stride is no power of two by their index", () => {
  const levels = [{ stride: 12, sizes: [8] }, { stride: 16, sizes: [16] }];
  const manifest = varied({ anchors: { ...smallManifest.anchors, levels } as never });
  const names = explained(manifest, () => 1, () => 0, { iou: 1, max: 60 })
    .map(({ explanation }) => explanation!.level);
  assertEquals(new Set(names), new Set(["level 0", "P4"]));
});

Deno.test("every candidate is kept, or suppressed by one detection that overlaps it", () => {
  const random = seededRandom(31);
  let suppressed = 0;
  for (let round = 0; round < 60; round++) {
    const perClass = random() < 0.5;
    const manifest = postprocessed({
      candidates: { perLevel: null, total: null },
      clip: pick(["none", "picture"], random),
      nms: { iou: between(random, 0.1, 0.8), perClass },
      score: 0.3,
      limit: 60,
    });
    const scores = remember(() => between(random, -3, 2));
    const deltas = remember(() => between(random, -0.3, 0.3));
    const nmsKind = pick(["hard", "hard", "soft-linear", "soft-gaussian"] as const, random);
    const found = explained(manifest, scores, deltas, { nms: nmsKind });
    const options = resolveOptions(manifest, {});
    const { cut } = classScales(manifest, options);
    const { boxes, classIds, values } = candidatesOf(
      headsOf(manifest, makeOutputs(manifest, PLAN.input, scores, deltas), PLAN.input),
      { cut, limits: { perLevel: null, total: null }, classIds: null, ...boxRule(manifest, PLAN) },
    );
    const sum = found.reduce((total, { explanation }) => total + explanation!.suppressedCount, 0);
    assertEquals(found.length + sum, values.length, `round ${round}`);
    suppressed += sum;
    if (nmsKind !== "hard") continue;
    const groups = perClass ? classIds : new Int32Array(classIds.length);
    const kept = nms(boxes, groups, { iou: options.iou, limit: 60 });
    for (const [i, { classId, score, explanation, box }] of found.entries()) {
      assertEquals(classId, classIds[kept[i]!]);
      for (const loser of explanation!.suppressed) {
        assert(loser.iou > options.iou && loser.score <= score);
        assert(!perClass || loser.classId === classId);
        if (manifest.postprocess.clip === "none") continue; // boxes are clipped after NMS
        assertAlmostEquals(iouOf(box, loser.box), loser.iou, 1e-9);
        // No better detection overlaps the candidate as much.
        for (const better of found.slice(0, i)) {
          if (perClass && better.classId !== loser.classId) continue;
          assert(!(iouOf(better.box, loser.box) > options.iou + 1e-9), `round ${round}`);
        }
      }
    }
  }
  assert(suppressed > 500, `only ${suppressed} candidates were suppressed`);
});

function iouOf(a: DetectionBox, b: DetectionBox): number {
  return iou(Float64Array.from([...Object.values(a), ...Object.values(b)]), 0, 1);
}

Deno.test("an explanation lists the best 16 of all suppressed candidates, best first", () => {
  // All boxes are equal, and class 0 has a logit for each of the rows.
  const manifest = { ...decoded, postprocess: { ...decoded.postprocess } };
  let next = 0;
  const scores = remember(() => 1 + next++ / 100);
  const boxes: Fill = ({ channel }) => [1, 1, 9, 9][channel]!;
  const [first] = explained(
    {
      ...manifest,
      postprocess: { ...manifest.postprocess, candidates: { perLevel: null, total: null } },
    },
    (place) => place.channel === 0 ? scores(place) : -9,
    boxes,
  );
  const { suppressedCount, suppressed } = first!.explanation!;
  assertEquals([suppressedCount, suppressed.length], [LISTED_ROWS - 1, 16]);
  const listedScores = suppressed.map(({ score }) => score);
  assertEquals(listedScores, listedScores.toSorted((a, b) => b - a));
  assertEquals(suppressed.map((each) => each.iou), Array.from({ length: 16 }, () => 1));
});

Deno.test("a detection has no explanation unless the caller asks for it", () => {
  const [first] = explained(smallManifest, () => 1, () => 0, { explain: false });
  assertEquals(Object.keys(first!), ["label", "classId", "score", "box"]);
});
