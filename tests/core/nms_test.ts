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

Deno.test("nms() keeps equal boxes of different groups, whatever their numbers", () => {
  const groups = [-1, 2 ** 31 - 1, 0];
  assertEquals(keep([SQUARE, SQUARE, SQUARE], groups, UNBOUNDED), [0, 1, 2]);
});

Deno.test("nms() drops only what overlaps by more than the limit, not by as much", () => {
  // 50 of 100 are shared: the IoU is exactly 0.5.
  const boxes: Box[] = [SQUARE, [0, 0, 10, 5]];
  assertEquals(keep(boxes, [0, 0], { iou: 0.5, limit: 9 }), [0, 1]);
  assertEquals(keep(boxes, [0, 0], { iou: 0.5 - 2 ** -53, limit: 9 }), [0]);
});

Deno.test("nms() counts the last pixel of each side where boxes end there", () => {
  // By edges 45 of 81 + 45 − 45, which is 5/9; by pixels 60 of 100, which is more.
  const boxes: Box[] = [[0, 0, 9, 9], [0, 0, 9, 5]];
  assertEquals(keep(boxes, [0, 0], { iou: 0.58, limit: 9, extent: "edges" }), [0, 1]);
  assertEquals(keep(boxes, [0, 0], { iou: 0.58, limit: 9 }), [0, 1]);
  assertEquals(keep(boxes, [0, 0], { iou: 0.58, limit: 9, extent: "last-pixel" }), [0]);
  // The limit itself still stays.
  assertEquals(keep(boxes, [0, 0], { iou: 0.6, limit: 9, extent: "last-pixel" }), [0, 1]);
  // Points share nothing by edges; as pixels they are equal.
  assertEquals(keep([POINT, POINT], [0, 0], { ...UNBOUNDED, extent: "last-pixel" }), [0]);
});

Deno.test("nms() does not let a dropped box drop another", () => {
  // Neighbours share 7 of 13, the ends 4 of 16.
  const chain: Box[] = [[0, 0, 10, 1], [3, 0, 13, 1], [6, 0, 16, 1]];
  assertEquals(keep(chain, [0, 0, 0], UNBOUNDED), [0, 2]);
});

Deno.test("nms() at IoU 0 keeps what only touches, and at 1 keeps everything", () => {
  const boxes: Box[] = [SQUARE, [10, 0, 20, 10], [9, 0, 11, 10], SQUARE];
  assertEquals(keep(boxes, [0, 0, 0, 0], { iou: 0, limit: 9 }), [0, 1]);
  assertEquals(keep(boxes, [0, 0, 0, 0], { iou: 1, limit: 9 }), [0, 1, 2, 3]);
});

Deno.test("nms() counts what it keeps towards the limit, over all groups", () => {
  const boxes = [SQUARE, SQUARE, SQUARE, POINT, [20, 0, 30, 10]] as Box[];
  const groups = [0, 0, 1, 0, 0];
  assertEquals(keep(boxes, groups, { iou: 0.5, limit: 3 }), [0, 2, 3]);
  assertEquals(keep(boxes, groups, { iou: 0.5, limit: 1 }), [0]);
  assertEquals(keep(boxes, groups, { iou: 0.5, limit: 0 }), []);
});

Deno.test("nms() keeps boxes whose overlap has no value", () => {
  assertEquals(keep([POINT, POINT], [0, 0], UNBOUNDED), [0, 1]);
  assertEquals(keep([BROKEN, SQUARE, BROKEN], [0, 0, 0], UNBOUNDED), [0, 1, 2]);
});

Deno.test("nms() gives nothing for nothing", () => {
  assertEquals(keep([], [], UNBOUNDED), []);
});

/** Drops by flags, box by box, over all pairs; areas are found by another way than in the room. */
function naiveNms(boxes: readonly Box[], groups: readonly number[], options: NmsOptions): number[] {
  const gone = boxes.map(() => false);
  const last = options.extent === "last-pixel" ? 1 : 0;
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && !gone[i]; j++) {
      // A box that ends at its last pixel is one pixel wider and higher.
      const [a, b] = [boxes[i], boxes[j]].map(([x1, y1, x2, y2]) =>
        [x1, y1, x2 + last, y2 + last] as const
      );
      const shared = overlap(a[0], a[2], b[0], b[2]) * overlap(a[1], a[3], b[1], b[3]);
      const both = areaOf(a) + areaOf(b) - shared;
      if (groups[i] === groups[j] && shared > options.iou * both) gone[j] = true;
    }
  }
  return boxes.map((_, row) => row).filter((row) => !gone[row]).slice(0, options.limit);
}

function areaOf([x1, y1, x2, y2]: Box): number {
  return (x2 - x1) * (y2 - y1);
}

/** What the stretches `a` to `b` and `c` to `d` share. */
function overlap(a: number, b: number, c: number, d: number): number {
  return Math.max(0, (b - a) + (d - c) - (Math.max(b, d) - Math.min(a, c)));
}

function randomBox(random: Random): Box {
  const [x, y] = [wholeBetween(random, 0, 20), wholeBetween(random, 0, 20)];
  return [x, y, x + wholeBetween(random, 0, 12), y + wholeBetween(random, 0, 12)];
}

Deno.test("nms() agrees with dropping over all pairs", () => {
  const random = seededRandom(5);
  let dropped = 0;
  for (let round = 0; round < 300; round++) {
    const boxes = Array.from({ length: wholeBetween(random, 0, 40) }, () => randomBox(random));
    const groups = boxes.map(() => wholeBetween(random, 0, 2));
    // Eighths, so that the product in the reference is exact.
    const options = {
      iou: wholeBetween(random, 0, 8) / 8,
      limit: wholeBetween(random, 1, 30),
      extent: random() < 0.5 ? "edges" : "last-pixel",
    } as const;
    const kept = keep(boxes, groups, options);
    assertEquals(kept, naiveNms(boxes, groups, options), `round ${round}`);
    dropped += boxes.length - kept.length;
  }
  assert(dropped > 1000, `only ${dropped} boxes were dropped, so little was tested`);
});
