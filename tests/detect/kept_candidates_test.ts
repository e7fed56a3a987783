import { assert, assertEquals } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { keepCandidates, selectKept } from "../../src/detect/kept_candidates.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import type { DetectOptions, NmsKind } from "../../src/ports/detector.ts";
import { smallFinished, smallManifest } from "../manifest/small_manifest.ts";
import { between, pick, type Random, seededRandom, wholeBetween } from "../random.ts";
import { assertDomainError } from "../testing.ts";
import { type Fill, makeOutputs } from "./make_outputs.ts";
import { randomFills, randomManifest } from "./random_variation.ts";

/** Replaces a tenth of the numbers by NaN or infinity. */
function damaged(fill: Fill, random: Random): Fill {
  const known = new Map<string, number>();
  return (place) => {
    const key = Object.values(place).join();
    if (!known.has(key)) {
      const bad = pick([NaN, Infinity, -Infinity], random);
      known.set(key, random() < 0.1 ? bad : fill(place));
    }
    return known.get(key)!;
  };
}

/** Returns options whose lowest score threshold is often near `least`. */
export function randomOptions(
  random: Random,
  { labels }: Pick<HeadsManifest, "labels">,
  least: number,
): DetectOptions {
  const some = <T>(value: () => T) => random() < 0.5 ? value() : undefined;
  const threshold = () => random() < 0.2 ? least : between(random, 0, 1);
  const names = labels.filter((label) => label !== null);
  const nms = some<NmsKind>(() => pick(["hard", "soft-linear", "soft-gaussian"], random));
  return {
    scoreThreshold: some(threshold),
    scoreThresholds: some(() => ({ [pick(names, random)]: threshold() })),
    iou: nms === "soft-gaussian" ? undefined : some(() => between(random, 0, 1)),
    sigma: nms === "soft-gaussian" ? some(() => between(random, 0.01, 2)) : undefined,
    max: some(() => wholeBetween(random, 1, 30)),
    classes: some(() => names.filter(() => random() < 0.7)),
    nms,
    classAgnostic: some(() => random() < 0.5),
    explain: some(() => random() < 0.5),
  };
}

Deno.test("selectKept() equals a new run with the same options, or says which score is lowest", () => {
  const random = seededRandom(7);
  const counts = { detections: 0, equal: 0, refused: 0, raised: 0 };
  for (let round = 0; round < 120; round++) {
    const manifest = randomManifest(random);
    const longest = manifest.resize.kind === "none" ? 50 : 300;
    const source = { width: wholeBetween(random, 12, longest), height: 40 };
    const plan = createResizePlan(source, manifest.resize, manifest.pad);
    const fills = randomFills(random, manifest);
    const isDamaged = round % 4 === 0;
    const deltas = isDamaged ? damaged(fills.deltas, random) : fills.deltas;
    const outputs = makeOutputs(manifest, plan.input, fills.scores, deltas, fills.anchors);
    const most = random() < 0.5 ? wholeBetween(random, 1, 60) : undefined;
    const levels = headsOf(manifest, outputs, plan.input);
    const kept = keepCandidates(levels, plan, manifest, resolveOptions(manifest, {}), most);
    assert(kept.values.length <= (most ?? Infinity));
    if (kept.minScore > 0.01) counts.raised++;
    for (let i = 0; i < 6; i++) {
      const options = randomOptions(random, manifest, kept.minScore);
      const resolved = resolveOptions(manifest, options);
      const lowest = Math.min(resolved.scoreThreshold, ...resolved.classThresholds.values());
      const expected = postprocess(manifest, outputs, plan, resolved);
      try {
        const found = selectKept(structuredClone(kept), manifest, options);
        assertEquals(found, expected, `round ${round}: ${JSON.stringify(options)}`);
        counts.equal++;
        counts.detections += found.length;
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        assertEquals(error.code, "invalid-option");
        // Every threshold from `minScore` on works, unless even 1 is below the floor.
        assert(lowest < kept.minScore || kept.minScore === 1, error.message);
        counts.refused++;
      }
    }
  }
  assert(counts.equal > 400 && counts.refused > 50, JSON.stringify(counts));
  assert(counts.detections > 1500 && counts.raised > 25, JSON.stringify(counts));
});

const PLAN = createResizePlan({ width: 32, height: 16 }, smallManifest.resize, smallManifest.pad);

function kept(score: (index: number) => number, most?: number, options: DetectOptions = {}) {
  let index = 0;
  const outputs = makeOutputs(smallManifest, PLAN.input, () => score(index++), () => 0);
  const levels = headsOf(smallManifest, outputs, PLAN.input);
  return keepCandidates(levels, PLAN, smallManifest, resolveOptions(smallManifest, options), most);
}

Deno.test("keepCandidates() keeps pairs above 0.01, or above the lowest threshold of the call", () => {
  // sigmoid(-5) = 0.0067
  assertEquals(kept(() => -5).values.length, 0);
  assertEquals(kept(() => -5).minScore, 0.01);
  const low = kept(() => -5, undefined, { scoreThreshold: 0.005 });
  // (4·2 + 2·1) cells · 2 anchors · 3 classes = 60.
  assertEquals([low.values.length, low.minScore], [60, 0.005]);
  const own = kept(() => -5, undefined, { scoreThresholds: { dog: 0.002 } });
  assertEquals([own.values.length, own.minScore], [60, 0.002]);
});

Deno.test("keepCandidates() raises the lowest score instead of keeping a part of equal pairs", () => {
  const all = kept((index) => index < 3 ? 2 : 0, 10);
  // 57 pairs have the score 0.5. They do not fit, so the other 3 are complete above it.
  assertEquals([all.values.length, all.minScore, all.floor], [3, 0.5, 0]);
  assertEquals(kept(() => 0, 60).values.length, 60);
  assertEquals(kept(() => 0, 59).values.length, 0);
});

Deno.test("selectKept() refuses a threshold below the lowest score, of the call or of a class", () => {
  const some = kept((index) => index < 3 ? 2 : 0, 10);
  for (const options of [{ scoreThreshold: 0.4 }, { scoreThresholds: { cat: 0.4 } }]) {
    assertDomainError(
      () => selectKept(some, smallManifest, options),
      "invalid-option",
      "above the score 0.5",
      "threshold is 0.4",
    );
  }
});

Deno.test("selectKept() refuses candidates of another model", () => {
  const some = kept(() => 1);
  for (const manifest of [{ ...smallManifest, id: "other" }, smallFinished]) {
    assertDomainError(() => selectKept(some, manifest, {}), "invalid-option", "candidates");
  }
});

Deno.test("selectKept() does not change the candidates", () => {
  const some = kept(() => 1);
  const before = structuredClone(some);
  selectKept(some, smallManifest, { nms: "soft-linear" });
  assertEquals(some, before);
});

Deno.test("keepCandidates() takes 45 bytes for a candidate", () => {
  const { boxes, values, classIds, levels, anchors } = kept(() => 1);
  const bytes = [boxes, values, classIds, levels, anchors]
    .reduce((sum, { byteLength }) => sum + byteLength, 0);
  assertEquals(bytes, 45 * 60);
});
