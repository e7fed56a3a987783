import { assert, assertEquals } from "@std/assert";
import { nms, type NmsOptions } from "../../src/core/nms.ts";
import { type Random, seededRandom, wholeBetween } from "../random.ts";

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

const UNBOUNDED = { iou: 0.5, limit: Infinity };

function keep(boxes: readonly Box[], groups: readonly number[], options: NmsOptions): number[] {
  return nms(Float64Array.from(boxes.flat()), Int32Array.from(groups), options);
}

const SQUARE: Box = [0, 0, 10, 10];
const POINT: Box = [5, 5, 5, 5];
const BROKEN: Box = [NaN, 0, 10, 10];

Deno.test("nms() keeps the better of two equal boxes", () => {
  assertEquals(keep([SQUARE, SQUARE], [0, 0], UNBOUNDED), [0]);
});

Deno.test("nms() keeps equal boxes of different groups, also of negative and large ones", () => {
  const groups = [-1, 2 ** 31 - 1, 0];
  assertEquals(keep([SQUARE, SQUARE, SQUARE], groups, UNBOUNDED), [0, 1, 2]);
});

Deno.test("nms() drops a box above the IoU threshold, not one at the threshold", () => {
  // 50 of 100 are shared: the IoU is exactly 0.5.
  const boxes: Box[] = [SQUARE, [0, 0, 10, 5]];
  assertEquals(keep(boxes, [0, 0], { iou: 0.5, limit: 9 }), [0, 1]);
  assertEquals(keep(boxes, [0, 0], { iou: 0.5 - 2 ** -53, limit: 9 }), [0]);
});

Deno.test("nms() counts the last pixel of each side if boxes end there", () => {
  // By edges the IoU is 45 / 81 = 0.56, by pixels 60 / 100.
  const boxes: Box[] = [[0, 0, 9, 9], [0, 0, 9, 5]];
  assertEquals(keep(boxes, [0, 0], { iou: 0.58, limit: 9, extent: "edges" }), [0, 1]);
  assertEquals(keep(boxes, [0, 0], { iou: 0.58, limit: 9 }), [0, 1]);
  assertEquals(keep(boxes, [0, 0], { iou: 0.58, limit: 9, extent: "last-pixel" }), [0]);
  // An IoU equal to the threshold is kept.
  assertEquals(keep(boxes, [0, 0], { iou: 0.6, limit: 9, extent: "last-pixel" }), [0, 1]);
  // Points have no area by edges; as pixels they are equal.
  assertEquals(keep([POINT, POINT], [0, 0], { ...UNBOUNDED, extent: "last-pixel" }), [0]);
});

Deno.test("nms() does not drop a box because of a dropped one", () => {
  // Neighbours have IoU 7 / 13, the two ends 4 / 16.
  const chain: Box[] = [[0, 0, 10, 1], [3, 0, 13, 1], [6, 0, 16, 1]];
  assertEquals(keep(chain, [0, 0, 0], UNBOUNDED), [0, 2]);
});

Deno.test("nms() keeps touching boxes at IoU 0 and all boxes at IoU 1", () => {
  const boxes: Box[] = [SQUARE, [10, 0, 20, 10], [9, 0, 11, 10], SQUARE];
  assertEquals(keep(boxes, [0, 0, 0, 0], { iou: 0, limit: 9 }), [0, 1]);
  assertEquals(keep(boxes, [0, 0, 0, 0], { iou: 1, limit: 9 }), [0, 1, 2, 3]);
});

Deno.test("nms() applies the limit to all groups together", () => {
  const boxes = [SQUARE, SQUARE, SQUARE, POINT, [20, 0, 30, 10]] as Box[];
  const groups = [0, 0, 1, 0, 0];
  assertEquals(keep(boxes, groups, { iou: 0.5, limit: 3 }), [0, 2, 3]);
  assertEquals(keep(boxes, groups, { iou: 0.5, limit: 1 }), [0]);
  assertEquals(keep(boxes, groups, { iou: 0.5, limit: 0 }), []);
});

Deno.test("nms() keeps boxes whose IoU is NaN", () => {
  assertEquals(keep([POINT, POINT], [0, 0], UNBOUNDED), [0, 1]);
  assertEquals(keep([BROKEN, SQUARE, BROKEN], [0, 0, 0], UNBOUNDED), [0, 1, 2]);
});

Deno.test("nms() returns no rows for no boxes", () => {
  assertEquals(keep([], [], UNBOUNDED), []);
});

/** Reference: compares all pairs and computes areas in another way than `nms()`. */
function naiveNms(boxes: readonly Box[], groups: readonly number[], options: NmsOptions): number[] {
  const gone = boxes.map(() => false);
  const last = options.extent === "last-pixel" ? 1 : 0;
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && !gone[i]; j++) {
      const [a, b] = [grown(boxes[i]!, last), grown(boxes[j]!, last)];
      const shared = overlap(a[0], a[2], b[0], b[2]) * overlap(a[1], a[3], b[1], b[3]);
      const both = areaOf(a) + areaOf(b) - shared;
      if (groups[i] === groups[j] && shared > options.iou * both) gone[j] = true;
    }
  }
  return boxes.map((_, row) => row).filter((row) => !gone[row]).slice(0, options.limit);
}

/** Returns the box by edges: one that ends at its last pixel is one pixel wider and higher. */
function grown([x1, y1, x2, y2]: Box, last: 0 | 1): Box {
  return [x1, y1, x2 + last, y2 + last];
}

function areaOf([x1, y1, x2, y2]: Box): number {
  return (x2 - x1) * (y2 - y1);
}

/** Returns the length that the spans `a` to `b` and `c` to `d` share. */
function overlap(a: number, b: number, c: number, d: number): number {
  return Math.max(0, (b - a) + (d - c) - (Math.max(b, d) - Math.min(a, c)));
}

function randomBox(random: Random): Box {
  const [x, y] = [wholeBetween(random, 0, 20), wholeBetween(random, 0, 20)];
  return [x, y, x + wholeBetween(random, 0, 12), y + wholeBetween(random, 0, 12)];
}

Deno.test("nms() agrees with a comparison of all pairs", () => {
  const random = seededRandom(5);
  let dropped = 0;
  for (let round = 0; round < 300; round++) {
    const boxes = Array.from({ length: wholeBetween(random, 0, 40) }, () => randomBox(random));
    const groups = boxes.map(() => wholeBetween(random, 0, 2));
    // Eighths keep the product in the reference exact.
    const options = {
      iou: wholeBetween(random, 0, 8) / 8,
      limit: wholeBetween(random, 1, 30),
      extent: random() < 0.5 ? "edges" : "last-pixel",
    } as const;
    const kept = keep(boxes, groups, options);
    assertEquals(kept, naiveNms(boxes, groups, options), `round ${round}`);
    dropped += boxes.length - kept.length;
  }
  assert(dropped > 1000, `only ${dropped} boxes were dropped, too few to test NMS`);
});
