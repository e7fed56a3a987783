import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Manifest } from "../../models/manifest.ts";
import { createPlan, type Plan } from "../../src/core/plan.ts";
import { postprocess } from "../../src/detect/detector.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import type { Detection, DetectOptions } from "../../src/ports/detector.ts";
import { between, type Random, seededRandom, wholeBetween } from "../random.ts";
import { assertDomainError } from "./assert_domain_error.ts";
import { type Fill, makeOutputs, type Place, placesOf } from "./make_outputs.ts";
import { layouts, smallManifest, varied } from "./small_manifest.ts";

/** Runs every layout; they must agree. */
function detect(scores: Fill, deltas: Fill, plan: Plan, asked: DetectOptions = {}): Detection[] {
  const [first, ...others] = layouts.map((outputs) => {
    const manifest = varied({ outputs });
    const tensors = makeOutputs(manifest, plan.input, scores, deltas);
    return postprocess(manifest, tensors, plan, resolveOptions(manifest, asked));
  });
  for (const other of others) assertEquals(other, first, "layouts differ");
  return first;
}

function planOf(width: number, height: number): Plan {
  return createPlan({ width, height }, smallManifest.resize, smallManifest.pad);
}

Deno.test("postprocess() takes one hot cell to one box of the source", () => {
  // 128x64 to 32x16: source pixels are a quarter of an input pixel.
  const scores: Fill = ({ level, column, anchor, channel }) =>
    level === 1 && column === 1 && anchor === 0 && channel === 2 ? Math.log(9) : -9;
  const [found, ...others] = detect(scores, () => 0, planOf(128, 64));
  assertEquals(others, []);
  assertEquals(found.label, "dog");
  assertAlmostEquals(found.score, 0.9, 1e-6);
  // 16x16 around (24, 8), times 4.
  assertEquals(found.box, { xmin: 64, ymin: 0, xmax: 128, ymax: 64 });
});

Deno.test("postprocess() finds nothing in silent heads", () => {
  assertEquals(detect(() => -9, () => 0, planOf(100, 100)), []);
});

Deno.test("postprocess() refuses outputs of another input", () => {
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
        { ...tensors, deltas_8: { ...tensors.deltas_8, shape } },
        planOf(64, 32),
        options,
      ),
    "graph-mismatch",
    "[1, 8, 9, 9]",
  );
});

/** A candidate of the naive pipeline, in the order in which ties are broken. */
interface Found {
  readonly label: string | null;
  readonly classId: number;
  readonly score: number;
  /** Input pixels, clipped to the resized picture. */
  readonly box: readonly number[];
}

/** The whole pipeline from its definition: everything decoded, scored, sorted and cut. */
function naiveDetect(scores: Fill, deltas: Fill, plan: Plan, manifest: Manifest): Found[] {
  const { score, candidatesPerLevel, nms, limit } = manifest.postprocess;
  const bestFirst = (a: Found, b: Found) => b.score - a.score;
  const candidates = manifest.anchors.levels.flatMap((_, level) =>
    placesOf(manifest, plan.input, level, manifest.labels.length)
      .map((place) => naiveCandidate(place, scores, deltas, plan, manifest))
      .filter((found) => found.score > score)
      .sort(bestFirst)
      .slice(0, candidatesPerLevel)
  ).sort(bestFirst);
  const kept: Found[] = [];
  for (const found of candidates) {
    const rivals = kept.filter(({ classId }) => classId === found.classId);
    if (rivals.every((rival) => !(naiveIou(rival.box, found.box) > nms.iou))) kept.push(found);
  }
  return kept.slice(0, limit);
}

function naiveCandidate(
  place: Place,
  scores: Fill,
  deltas: Fill,
  { resized }: Plan,
  { anchors, labels }: Manifest,
): Found {
  const { stride, sizes: [size] } = anchors.levels[place.level];
  const root = Math.sqrt(anchors.ratios[place.anchor]);
  const [width, height] = [size / root, size * root];
  const [dx, dy, dw, dh] = [0, 1, 2, 3].map((channel) =>
    Math.fround(deltas({ ...place, channel }))
  );
  const x = (place.column + 0.5) * stride + dx * width;
  const y = (place.row + 0.5) * stride + dy * height;
  const [w, h] = [width * Math.exp(dw), height * Math.exp(dh)];
  const clip = (edge: number, limit: number) => Math.min(Math.max(edge, 0), limit);
  return {
    label: labels[place.channel],
    classId: place.channel,
    score: 1 / (1 + Math.exp(-Math.fround(scores(place)))),
    box: [
      clip(x - w / 2, resized.width),
      clip(y - h / 2, resized.height),
      clip(x + w / 2, resized.width),
      clip(y + h / 2, resized.height),
    ],
  };
}

function naiveIou(a: readonly number[], b: readonly number[]): number {
  const side = (axis: 0 | 1) =>
    Math.max(0, Math.min(a[axis + 2], b[axis + 2]) - Math.max(a[axis], b[axis]));
  const area = (box: readonly number[]) => (box[2] - box[0]) * (box[3] - box[1]);
  const shared = side(0) * side(1);
  return shared / (area(a) + area(b) - shared);
}

/** Remembers what it gave, so that every layout sees the same numbers. */
function randomFill(random: Random, low: number, high: number): Fill {
  const known = new Map<string, number>();
  return (place) => {
    const key = Object.values(place).join();
    if (!known.has(key)) known.set(key, between(random, low, high));
    return known.get(key)!;
  };
}

Deno.test("postprocess() agrees with computing everything from the definitions", () => {
  const random = seededRandom(12);
  let count = 0;
  for (let round = 0; round < 40; round++) {
    const plan = planOf(wholeBetween(random, 1, 400), wholeBetween(random, 1, 400));
    const scores = randomFill(random, -6, 2);
    const deltas = randomFill(random, -0.8, 0.8);
    const expected = naiveDetect(scores, deltas, plan, smallManifest);
    const found = detect(scores, deltas, plan);
    assertEquals(found.length, expected.length, `round ${round}`);
    found.forEach(({ box, label, classId, score }, i) => {
      assertEquals(classId, expected[i].classId);
      assertEquals(label, expected[i].label ?? `class ${classId}`);
      assertAlmostEquals(score, expected[i].score, 1e-12);
      const { source, resized } = plan;
      const factors = [source.width / resized.width, source.height / resized.height];
      [box.xmin, box.ymin, box.xmax, box.ymax].forEach((edge, axis) =>
        assertAlmostEquals(edge, expected[i].box[axis] * factors[axis % 2], 1e-9)
      );
    });
    count += found.length;
  }
  assert(count > 100, `only ${count} detections, so little was tested`);
});

Deno.test("postprocess() gives boxes within the source, best score first, whatever the heads hold", () => {
  const random = seededRandom(13);
  for (let round = 0; round < 30; round++) {
    const plan = planOf(wholeBetween(random, 1, 400), wholeBetween(random, 1, 400));
    const { width, height } = plan.source;
    const found = detect(randomFill(random, -90, 90), randomFill(random, -200, 200), plan, {
      score: 0,
      iou: 1,
      max: 1000,
    });
    // 10 of each level.
    assert(found.length > 10);
    found.forEach(({ box, score }, i) => {
      assert(0 <= box.xmin && box.xmin <= box.xmax && box.xmax <= width, JSON.stringify(box));
      assert(0 <= box.ymin && box.ymin <= box.ymax && box.ymax <= height, JSON.stringify(box));
      assert(i === 0 || score <= found[i - 1].score);
    });
  }
});
