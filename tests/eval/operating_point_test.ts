import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { CocoBox } from "../../src/eval/coco.ts";
import { matchCategories } from "../../src/eval/match_category.ts";
import { bestThreshold, operatingPoint } from "../../src/eval/operating_point.ts";
import { precisionCurve } from "../../src/eval/precision_curve.ts";
import { falsePositives, misses } from "../../src/eval/worst_errors.ts";
import { found, object, truthOf } from "./tiny.ts";

const [A, B, C]: readonly CocoBox[] = [[0, 0, 10, 10], [100, 0, 20, 20], [200, 0, 30, 30]];
const NOWHERE: CocoBox = [400, 0, 10, 10];
/** Three objects; by falling score: hit, false positive, hit, second result for the first object. */
const TRUTH = truthOf(object(A!), object(B!), object(C!));
const RESULTS = [found(A!, 0.9), found(NOWHERE, 0.8), found(B!, 0.6), found(A!, 0.2)];
const MATCHES = matchCategories(TRUTH, RESULTS, [1, 2]);

const cases = [
  { threshold: 0.95, reported: 0, precision: -1, recall: 0, f1: 0 },
  { threshold: 0.9, reported: 0, precision: -1, recall: 0, f1: 0 }, // a score must be higher
  { threshold: 0.85, reported: 1, precision: 1, recall: 1 / 3, f1: 2 / 4 },
  { threshold: 0.5, reported: 3, precision: 2 / 3, recall: 2 / 3, f1: 4 / 6 },
  { threshold: 0.1, reported: 4, precision: 2 / 4, recall: 2 / 3, f1: 4 / 7 },
];

for (const { threshold, reported, precision, recall, f1 } of cases) {
  Deno.test(`operatingPoint() counts the results above ${threshold}`, () => {
    const point = operatingPoint(MATCHES, threshold);
    assertEquals([point.reported, point.objects], [reported, 3]);
    assertAlmostEquals(point.precision, precision);
    assertAlmostEquals(point.recall, recall);
    assertAlmostEquals(point.f1, f1);
  });
}

Deno.test("operatingPoint() is −1 where there is nothing to measure", () => {
  const { precision, recall, f1 } = operatingPoint(matchCategories(truthOf(), [], [1]), 0.5);
  assertEquals([precision, recall, f1], [-1, -1, -1]);
});

Deno.test("bestThreshold() returns the highest threshold of the highest F1", () => {
  // Between .2 and .59 F1 is 4/6, its maximum.
  assertEquals(bestThreshold(MATCHES).threshold, 0.59);
});

Deno.test("matchCategories() leaves out crowds, what matches them, and images that were not asked for", () => {
  const crowd = truthOf(object(A!), object(B!, { iscrowd: 1 }));
  const inside: CocoBox = [105, 5, 5, 5];
  const [cats] = matchCategories(crowd, [found(A!, 0.9), found(inside, 0.8)], [1]);
  assertEquals([cats?.truths.length, cats?.results.length], [1, 1]);
  const [elsewhere] = matchCategories(crowd, [found(A!, 0.9)], [2]);
  assertEquals([elsewhere?.truths.length, elsewhere?.results.length], [0, 0]);
});

Deno.test("matchCategories() counts an IoU of .50 as found and less as a false positive", () => {
  const half: CocoBox = [0, 0, 10, 5];
  const less: CocoBox = [0, 0, 10, 4.9];
  const hits = [half, less].map((box) => {
    const [cats] = matchCategories(truthOf(object(A!)), [found(box, 0.9)], [1]);
    return cats?.results[0]?.truth?.id;
  });
  assertEquals(hits, [1, undefined]);
});

Deno.test("precisionCurve() counts results of equal score together", () => {
  const tied = matchCategories(TRUTH, [found(NOWHERE, 0.7), found(A!, 0.7), found(B!, 0.6)], [1]);
  assertEquals(precisionCurve(tied[0]!), [
    { score: 0.7, recall: 1 / 3, precision: 1 / 2 },
    { score: 0.6, recall: 2 / 3, precision: 2 / 3 },
  ]);
  assertEquals(precisionCurve(matchCategories(truthOf(), [found(A!, 0.7)], [1])[0]!), []);
});

Deno.test("falsePositives() lists the highest score first, misses() the largest object", () => {
  const positives = falsePositives(MATCHES, 0.1).map(({ result }) => result.score);
  assertEquals(positives, [0.8, 0.2]);
  assertEquals(misses(MATCHES, 0.7).map(({ truth }) => truth.bbox), [C!, B!]);
  assertEquals(misses(MATCHES, 0.5).map(({ truth }) => truth.bbox), [C!]);
});
