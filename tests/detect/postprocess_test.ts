import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createResizePlan, type ResizePlan } from "../../src/core/resize_plan.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import type { Detection, DetectOptions } from "../../src/ports/detector.ts";
import { between, type Random, seededRandom, wholeBetween } from "../random.ts";
import { assertDomainError } from "../testing.ts";
import { type Fill, makeOutputs, remember } from "./make_outputs.ts";
import {
  decoded,
  layouts,
  postprocessed,
  smallManifest,
  varied,
} from "../manifest/small_manifest.ts";

/** Returns the detections, which must be the same for every layout. */
function detect(
  scores: Fill,
  deltas: Fill,
  plan: ResizePlan,
  options: DetectOptions = {},
): Detection[] {
  const [first, ...others] = layouts.map((outputs) => {
    const manifest = varied({ outputs });
    const tensors = makeOutputs(manifest, plan.input, scores, deltas);
    return postprocess(manifest, tensors, plan, resolveOptions(manifest, options));
  });
  for (const other of others) assertEquals(other, first, "layouts differ");
  return first!;
}

function planOf(width: number, height: number): ResizePlan {
  return createResizePlan({ width, height }, smallManifest.resize, smallManifest.pad);
}

Deno.test("postprocess() turns one cell above the threshold into one box of the source", () => {
  // 128x64 is resized to 32x16: an input pixel is four source pixels wide.
  const scores: Fill = ({ level, column, anchor, channel }) =>
    level === 1 && column === 1 && anchor === 0 && channel === 2 ? Math.log(9) : -9;
  const [found, ...others] = detect(scores, () => 0, planOf(128, 64));
  assertEquals(others, []);
  assertEquals(found?.label, "dog");
  assertAlmostEquals(found!.score, 0.9, 1e-6);
  // 16x16 around (24, 8), times 4.
  assertEquals(found?.box, { xmin: 64, ymin: 0, xmax: 128, ymax: 64 });
});

Deno.test("postprocess() returns nothing if all scores are below the threshold", () => {
  assertEquals(detect(() => -9, () => 0, planOf(100, 100)), []);
});

Deno.test("postprocess() applies the score threshold and the classes of the call", () => {
  // Scores of 0.75 for cats, 0.5 for the unused class and 0.25 for dogs, at one anchor each.
  const scores: Fill = ({ level, row, column, anchor, channel }) =>
    level === 0 && row === 0 && column === 0 && anchor === 0 ? (1 - channel) * Math.log(3) : -99;
  const found = (options: DetectOptions) =>
    detect(scores, () => 0, planOf(32, 32), options).map(({ classId }) => classId);
  assertEquals(found({}), [0]);
  assertEquals(found({ scoreThreshold: 0.2 }), [0, 1, 2]);
  assertEquals(found({ scoreThreshold: 0.2, classes: ["dog"] }), [2]);
  assertEquals(found({ scoreThreshold: 0.8 }), []);
});

Deno.test("postprocess() selects at most `candidates.perLevel` of each level", () => {
  const manifest = postprocessed({ candidates: { perLevel: 7, total: null } });
  const plan = planOf(32, 32);
  const tensors = makeOutputs(manifest, plan.input, () => 1, () => 0);
  const options = resolveOptions(manifest, { iou: 1, max: 1000 });
  // 7 in each of the 2 levels.
  assertEquals(postprocess(manifest, tensors, plan, options).length, 14);
});

Deno.test("postprocess() refuses outputs of an input of another size", () => {
  const tensors = makeOutputs(smallManifest, { width: 32, height: 16 }, () => 0, () => 0);
  const manifest = varied({ outputs: layouts[2] });
  const joined = makeOutputs(manifest, { width: 32, height: 16 }, () => 0, () => 0);
  const options = resolveOptions(smallManifest, {});
  assertDomainError(
    () => postprocess(manifest, joined, planOf(64, 64), options),
    "graph-mismatch",
    "[1, 20, 3]", // 32x16: (8 + 2) · 2
    "[1, 40, 3]", // 32x32: (16 + 4) · 2
  );
  const shape = [1, 8, 9, 9];
  assertDomainError(
    () =>
      postprocess(
        smallManifest,
        { ...tensors, deltas_8: { ...tensors.deltas_8!, shape } },
        planOf(64, 32),
        options,
      ),
    "graph-mismatch",
    "[1, 8, 9, 9]",
  );
});

/** Returns a fill of random numbers, the same for every layout. */
function randomFill(random: Random, low: number, high: number): Fill {
  return remember(() => between(random, low, high));
}

Deno.test("postprocess() returns boxes within the source, best first, for random heads", () => {
  const random = seededRandom(13);
  for (let round = 0; round < 30; round++) {
    const plan = planOf(wholeBetween(random, 1, 400), wholeBetween(random, 1, 400));
    const { width, height } = plan.source;
    const found = detect(randomFill(random, -90, 90), randomFill(random, -200, 200), plan, {
      scoreThreshold: 0,
      iou: 1,
      max: 1000,
    });
    // Up to 10 in each level.
    assert(found.length > 10);
    found.forEach(({ box, score }, i) => {
      assert(0 <= box.xmin && box.xmin <= box.xmax && box.xmax <= width, JSON.stringify(box));
      assert(0 <= box.ymin && box.ymin <= box.ymax && box.ymax <= height, JSON.stringify(box));
      assert(i === 0 || score <= found[i - 1]!.score);
    });
  }
});

Deno.test("postprocess() returns nothing if the graph returns no rows", () => {
  const tensors = {
    scores: { data: new Float32Array(0), shape: [1, 0, 3] },
    deltas: { data: new Float32Array(0), shape: [1, 0, 4] },
  };
  assertEquals(postprocess(decoded, tensors, planOf(32, 32), resolveOptions(decoded, {})), []);
});
