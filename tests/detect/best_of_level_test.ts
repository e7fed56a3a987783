import { assert, assertEquals } from "@std/assert";
import { bestOfLevel, type LevelCut } from "../../src/detect/best_of_level.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { type Random, seededRandom, wholeBetween } from "../random.ts";
import { type Fill, makeOutputs, type Place, placesOf } from "./make_outputs.ts";
import { layouts, smallManifest, varied } from "../manifest/small_manifest.ts";

const INPUT = { width: 40, height: 24 };
const ALL: LevelCut = { cut: -Infinity, count: 1000, classIds: null };
/** Columns of both levels, whose grids are 5x3 and 3x2. */
const WIDTHS = [5, 3];

/** Returns `((row · W + column) · A + anchor) · K + class` for 2 anchors and 3 classes. */
function indexOf({ level, row, column, anchor, channel }: Place): number {
  return ((row * WIDTHS[level]! + column) * 2 + anchor) * 3 + channel;
}

/** Returns the best indices of both levels, for each layout. */
function bestInEachLayout(scores: Fill, cut: LevelCut): number[][][] {
  return layouts.map((outputs) => {
    const manifest = varied({ outputs });
    return headsOf(manifest, makeOutputs(manifest, INPUT, scores, () => 0), INPUT)
      .map((heads) => bestOfLevel(heads, cut));
  });
}

function assertBest(scores: Fill, cut: LevelCut, expected: readonly number[][]): void {
  for (const found of bestInEachLayout(scores, cut)) assertEquals(found, expected);
}

/** Returns a fill of −1 with other values at some indices of the first level. */
function sparse(values: Readonly<Record<number, number>>): Fill {
  return (place) => place.level === 0 ? values[indexOf(place)] ?? -1 : -1;
}

Deno.test("bestOfLevel() returns indices best first, in every layout", () => {
  const scores = sparse({ 3: 1, 40: 5, 89: 3, 0: 2 });
  assertBest(scores, { ...ALL, cut: 0 }, [[40, 89, 0, 3], []]);
});

Deno.test("bestOfLevel() breaks ties by the lower index, in every layout", () => {
  // 30 indices per grid row and 6 per cell; 5 is the last class of the first cell.
  const scores = sparse({ 60: 1, 30: 1, 31: 1, 5: 1, 6: 1 });
  assertBest(scores, { ...ALL, cut: 0 }, [[5, 6, 30, 31, 60], []]);
  assertBest(scores, { ...ALL, cut: 0, count: 3 }, [[5, 6, 30], []]);
});

Deno.test("bestOfLevel() selects numbers strictly above the cut", () => {
  const scores = sparse({ 1: 0.5, 2: 0.5000001, 3: 0.4999999 });
  assertBest(scores, { ...ALL, cut: 0.5 }, [[2], []]);
});

Deno.test("bestOfLevel() selects only the requested classes", () => {
  // Index modulo 3 is the class.
  const scores = sparse({ 0: 9, 1: 8, 2: 7, 3: 6, 4: 5, 5: 4 });
  const cut = { ...ALL, cut: 0 };
  assertBest(scores, { ...cut, classIds: new Set([1]) }, [[1, 4], []]);
  assertBest(scores, { ...cut, classIds: new Set([2, 0]) }, [[0, 2, 3, 5], []]);
  assertBest(scores, { ...cut, classIds: new Set([]) }, [[], []]);
});

Deno.test("bestOfLevel() does not count other classes towards the limit", () => {
  const scores = sparse({ 0: 9, 3: 8, 1: 1, 4: 2 });
  assertBest(scores, { cut: 0, count: 2, classIds: new Set([1]) }, [[4, 1], []]);
});

Deno.test("bestOfLevel() selects no NaN, and nothing above an infinite cut", () => {
  const scores = sparse({ 1: NaN, 2: Infinity, 3: -Infinity });
  assertBest(scores, { ...ALL, cut: 0 }, [[2], []]);
  assertBest(scores, { ...ALL, cut: Infinity }, [[], []]);
  const lowest = bestInEachLayout(() => -Infinity, ALL);
  assertEquals(lowest, layouts.map(() => [[], []]));
});

function randomScores(random: Random): Fill {
  // Few different values make many ties. Every layout must get the same numbers.
  const kinds = wholeBetween(random, 2, 200);
  const known = new Map<string, number>();
  return (place) => {
    const key = JSON.stringify(place);
    if (!known.has(key)) known.set(key, wholeBetween(random, -kinds, kinds) / 8);
    return known.get(key)!;
  };
}

/** Selects by definition: filters all pairs of a level, sorts them and cuts. */
function naiveBest(scores: Fill, level: number, cut: LevelCut): number[] {
  return placesOf(smallManifest, INPUT, level, 3)
    .map((place) => ({ place, score: scores(place), index: indexOf(place) }))
    .filter(({ score }) => score > cut.cut)
    .filter(({ place }) => cut.classIds === null || cut.classIds.has(place.channel))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, cut.count)
    .map(({ index }) => index);
}

Deno.test("bestOfLevel() equals sorting all pairs, in every layout", () => {
  const random = seededRandom(11);
  let selected = 0;
  for (let round = 0; round < 40; round++) {
    const scores = randomScores(random);
    const cut = {
      cut: wholeBetween(random, -20, 10) / 8,
      count: wholeBetween(random, 1, 60),
      classIds: random() < 0.5 ? null : new Set([wholeBetween(random, 0, 2)]),
    };
    const expected = [0, 1].map((level) => naiveBest(scores, level, cut));
    assertBest(scores, cut, expected);
    selected += expected.flat().length;
  }
  assert(selected > 500, `only ${selected} pairs were selected, so little was tested`);
});
