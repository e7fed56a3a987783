import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { CocoBox } from "../../src/eval/coco.ts";
import { matchCategories } from "../../src/eval/match_category.ts";
import { scoreBins } from "../../src/eval/score_bins.ts";
import { found, object, truthOf } from "./tiny.ts";

const [A, B]: readonly CocoBox[] = [[0, 0, 10, 10], [100, 0, 20, 20]];
const NOWHERE: CocoBox = [400, 0, 10, 10];

function binsOf(...results: readonly ReturnType<typeof found>[]) {
  return scoreBins(matchCategories(truthOf(object(A!), object(B!)), results, [1]));
}

Deno.test("scoreBins() counts results, correct ones and the mean score of each tenth", () => {
  const bins = binsOf(found(A!, 0.52), found(NOWHERE, 0.58), found(B!, 0.75), found(A!, 0.71));
  assertEquals(bins.map(({ results }) => results), [0, 0, 0, 0, 0, 2, 0, 2, 0, 0]);
  // .5 to .6: the better result for A is that of .71, so both are false. .7 to .8: A and B.
  assertEquals([bins[5]!.precision, bins[7]!.precision], [0, 1]);
  assertAlmostEquals(bins[5]!.meanScore, (0.52 + 0.58) / 2);
  assertAlmostEquals(bins[7]!.meanScore, (0.75 + 0.71) / 2);
});

Deno.test("scoreBins() is −1 where there is no result", () => {
  for (const { results, precision, meanScore } of binsOf()) {
    assertEquals([results, precision, meanScore], [0, -1, -1]);
  }
});

const edges = [
  { score: 0, bin: 0 },
  { score: 0.1, bin: 1 },
  { score: 0.3, bin: 3 }, // 0.3 * 10 is 3 in doubles
  { score: 0.7, bin: 7 },
  { score: 0.9999, bin: 9 },
  { score: 1, bin: 9 },
];

for (const { score, bin } of edges) {
  Deno.test(`scoreBins() puts a score of ${score} into the bin from ${bin / 10}`, () => {
    assertEquals(binsOf(found(A!, score)).findIndex(({ results }) => results === 1), bin);
  });
}
