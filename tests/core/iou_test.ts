import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { iou } from "../../src/core/nms.ts";
import { seededRandom, wholeBetween } from "../random.ts";

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

function iouOf(a: Box, b: Box, lastPixel?: 0 | 1): number {
  return iou(Float64Array.of(...a, ...b), 0, 1, lastPixel);
}

const CASES: readonly (readonly [claim: string, a: Box, b: Box, expected: number])[] = [
  ["1 for a box and itself", [1, 2, 11, 7], [1, 2, 11, 7], 1],
  ["1/7 for a quarter shared", [0, 0, 10, 10], [5, 5, 15, 15], 25 / (100 + 100 - 25)],
  ["the ratio of areas for a box inside", [0, 0, 10, 10], [2, 2, 7, 6], 20 / 100],
  ["exactly 1/2 for half a box", [0, 0, 2, 1], [0, 0, 1, 1], 1 / 2],
  ["0 for a shared edge", [0, 0, 10, 10], [10, 0, 20, 10], 0],
  ["0 for a shared corner", [0, 0, 10, 10], [10, 10, 20, 20], 0],
  // Both overlaps are negative, so their product would be positive.
  ["0 for boxes apart on both axes", [0, 0, 1, 1], [5, 5, 9, 9], 0],
  ["0 for boxes that share columns only", [0, 0, 10, 1], [0, 5, 10, 9], 0],
  ["0 for a line in a box", [0, 0, 10, 10], [5, 0, 5, 10], 0],
  ["0 for an infinite box and a small one", [-Infinity, 0, Infinity, 9], [0, 0, 1, 1], 0],
  ["NaN for two points", [3, 3, 3, 3], [3, 3, 3, 3], NaN],
  ["NaN for a box with a NaN", [0, 0, NaN, 1], [0, 0, 1, 1], NaN],
  ["NaN for two infinite boxes", [-Infinity, 0, Infinity, 1], [-Infinity, 0, Infinity, 1], NaN],
];

for (const [claim, a, b, expected] of CASES) {
  Deno.test(`iou() is ${claim}`, () => {
    assertEquals(iouOf(a, b), expected);
    assertEquals(iouOf(b, a), expected);
  });
}

/** Cases of boxes that end at their last pixel: sides are x2 − x1 + 1 pixels. */
const LAST_PIXEL: readonly (readonly [claim: string, a: Box, b: Box, expected: number])[] = [
  ["1 for a pixel and itself", [3, 3, 3, 3], [3, 3, 3, 3], 1],
  ["1 for a box and itself", [1, 2, 11, 7], [1, 2, 11, 7], 1],
  // Columns 0 to 9 and 9 to 18 share one column: 10 of 100 + 100 − 10 pixels.
  ["1/19 for a shared last pixel", [0, 0, 9, 9], [9, 0, 18, 9], 10 / 190],
  ["0 for neighbours", [0, 0, 9, 9], [10, 0, 19, 9], 0],
  // 1 of 100 pixels.
  ["1/100 for a pixel in a box", [0, 0, 9, 9], [5, 5, 5, 5], 1 / 100],
  // 5 · 10 of 10 · 10 pixels.
  ["exactly 1/2 for half a box", [0, 0, 9, 9], [0, 0, 4, 9], 1 / 2],
  ["0 for boxes apart on both axes", [0, 0, 1, 1], [5, 5, 9, 9], 0],
];

for (const [claim, a, b, expected] of LAST_PIXEL) {
  Deno.test(`iou() is ${claim} if boxes end at their last pixel`, () => {
    assertEquals(iouOf(a, b, 1), expected);
    assertEquals(iouOf(b, a, 1), expected);
  });
}

const SIDE = 9;

function randomBox(random: () => number): Box {
  const [x, y] = [wholeBetween(random, 0, SIDE - 1), wholeBetween(random, 0, SIDE - 1)];
  return [x, y, wholeBetween(random, x + 1, SIDE), wholeBetween(random, y + 1, SIDE)];
}

/** Returns the unit squares of a small board that lie in a box. */
function squaresOf([x1, y1, x2, y2]: Box): Set<number> {
  const squares = Array.from({ length: SIDE * SIDE }, (_, i) => i);
  return new Set(squares.filter((i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    return x >= x1 && x < x2 && y >= y1 && y < y2;
  }));
}

Deno.test("iou() agrees with counting squares of a board", () => {
  const random = seededRandom(3);
  for (let i = 0; i < 300; i++) {
    const [a, b] = [randomBox(random), randomBox(random)];
    const [inA, inB] = [squaresOf(a), squaresOf(b)];
    const expected = inA.intersection(inB).size / inA.union(inB).size;
    assertAlmostEquals(iouOf(a, b), expected, 1e-15, `${a} and ${b}`);
    // The same squares by their first and last columns and rows.
    const inclusive = ([x1, y1, x2, y2]: Box): Box => [x1, y1, x2 - 1, y2 - 1];
    assertAlmostEquals(iouOf(inclusive(a), inclusive(b), 1), expected, 1e-15, `${a} and ${b}`);
  }
});

Deno.test("iou() does not depend on the position or the size of the boxes", () => {
  const random = seededRandom(4);
  for (let i = 0; i < 300; i++) {
    const [a, b] = [randomBox(random), randomBox(random)];
    // Powers of two and small whole numbers avoid rounding.
    const move = (edge: number) => (edge - 4) * 64;
    const moved = ([x1, y1, x2, y2]: Box): Box => [move(x1), move(y1), move(x2), move(y2)];
    const value = iouOf(a, b);
    assert(value >= 0 && value <= 1);
    assertEquals(iouOf(moved(a), moved(b)), value, `${a} and ${b}`);
  }
});

Deno.test("iou() compares the given rows", () => {
  const boxes = Float64Array.of(90, 90, 99, 99, 0, 0, 2, 2, 50, 50, 60, 60, 0, 0, 2, 1);
  assertEquals(iou(boxes, 1, 3), 0.5);
  assertEquals(iou(boxes, 0, 3), 0);
});
