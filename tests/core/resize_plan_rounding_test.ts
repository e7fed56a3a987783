import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { clipTo, createResizePlan, type ResizePlan, toSource } from "../../src/core/resize_plan.ts";
import type { ResizeRule } from "../../src/core/resize_rules.ts";
import { seededRandom, wholeBetween } from "../random.ts";

type Rounding = (ResizeRule & { kind: "fit" })["rounding"];

const ROUNDINGS = ["floor", "half-up", "half-even"] as const;
const NONE = { kind: "none" } as const;

/** Returns a rule that halves images 200 px wide and at most 200 px high. */
function half(rounding: Rounding, factor: "per-side" | "one" = "per-side"): ResizeRule {
  return { kind: "fit", width: 100, height: 100, rounding, factor };
}

function plan(width: number, height: number, rule: ResizeRule): ResizePlan {
  return createResizePlan({ width, height }, rule, NONE);
}

/** Resized rows of an image 200 px wide, halved. */
const HALVED: readonly (readonly [
  rows: number,
  floor: number,
  halfUp: number,
  halfEven: number,
])[] = [
  [101, 50, 51, 50], // 50.5
  [103, 51, 52, 52], // 51.5
  [105, 52, 53, 52], // 52.5
  [102, 51, 51, 51], // 51
  [1, 1, 1, 1], // 0.5: floor and half-even would leave no row
  [3, 1, 2, 2], // 1.5
];

for (const [rows, ...expected] of HALVED) {
  ROUNDINGS.forEach((rounding, i) => {
    Deno.test(`createResizePlan() halves ${rows} rows to ${expected[i]} with rounding ${rounding}`, () => {
      assertEquals(plan(200, rows, half(rounding)).resized, { width: 100, height: expected[i]! });
    });
  });
}

/** Resized rows of an image 400 px wide, quartered. */
const QUARTERED: readonly (readonly [
  rows: number,
  floor: number,
  halfUp: number,
  halfEven: number,
])[] = [
  [201, 50, 50, 50], // 50.25
  [202, 50, 51, 50], // 50.5
  [203, 50, 51, 51], // 50.75
];

for (const [rows, ...expected] of QUARTERED) {
  ROUNDINGS.forEach((rounding, i) => {
    Deno.test(`createResizePlan() quarters ${rows} rows to ${expected[i]} with rounding ${rounding}`, () => {
      assertEquals(plan(400, rows, half(rounding)).resized.height, expected[i]);
    });
  });
}

Deno.test("createResizePlan() rounds both sides", () => {
  const rule = (rounding: Rounding): ResizeRule => ({
    kind: "shortest",
    shortest: 100,
    longest: 1000,
    scale: "float64",
    rounding,
    factor: "per-side",
  });
  // 203 · 100 / 200 = 101.5.
  const sides = ROUNDINGS.map((rounding) => plan(203, 200, rule(rounding)).resized.width);
  assertEquals(sides, [101, 102, 102]);
  // The longest side decides: 1000 / 2000 = 0.5, and 101 rows become 50.5.
  const rows = ROUNDINGS.map((rounding) => plan(2000, 101, rule(rounding)).resized.height);
  assertEquals(rows, [50, 51, 50]);
});

Deno.test("createResizePlan() returns the ratio before rounding for rules that keep the aspect", () => {
  assertEquals(plan(200, 101, half("floor")).ratio, 0.5);
  assertEquals(plan(200, 101, half("floor", "one")).ratio, 0.5);
  assertEquals(plan(200, 101, { kind: "stretch", width: 9, height: 9 }).ratio, null);
  assertEquals(plan(200, 101, NONE).ratio, null);
});

Deno.test("createResizePlan() returns the ratio of float32 reciprocals", () => {
  const rule = {
    kind: "shortest",
    shortest: 800,
    longest: 1333,
    scale: "float32-reciprocal",
    rounding: "floor",
    factor: "one",
  } as const;
  const { ratio, scaled } = plan(500, 375, rule);
  assertEquals(ratio, Math.fround(Math.fround(1 / 375) * 800));
  // Just below 800, so `floor` gives 799.
  assert(scaled.height < 800 && scaled.height > 799.99, `${scaled.height}`);
});

Deno.test("createResizePlan() scales by the ratio before rounding with factor one", () => {
  const { resized, scaled, input } = createResizePlan(
    { width: 200, height: 101 },
    half("half-up", "one"),
    { kind: "multiple", of: 8 },
  );
  assertEquals(resized, { width: 100, height: 51 });
  assertEquals(scaled, { width: 100, height: 50.5 });
  assertEquals(input, { width: 104, height: 56 });
});

Deno.test("createResizePlan() scales to the resized size with factor per-side", () => {
  const { resized, scaled } = plan(200, 101, half("half-up"));
  assertEquals(scaled, resized);
});

/** Source rows per input row of a source of 200x101. */
const BACK: readonly (readonly [rounding: Rounding, factor: "per-side" | "one", rows: number])[] = [
  ["half-up", "per-side", 101 / 51],
  ["floor", "per-side", 101 / 50],
  ["half-up", "one", 2],
  ["floor", "one", 2],
];

for (const [rounding, factor, rows] of BACK) {
  Deno.test(`toSource() multiplies rows by ${rows.toFixed(4)} with rounding ${rounding} and factor ${factor}`, () => {
    const boxes = Float64Array.of(10, 10, 20, 20);
    toSource(plan(200, 101, half(rounding, factor)), boxes);
    [20, 10 * rows, 40, 20 * rows].forEach((edge, i) => assertAlmostEquals(boxes[i]!, edge, 1e-12));
  });
}

Deno.test("toSource() clips to the source with factor one", () => {
  // 51 rows times 2 would be 102.
  const boxes = Float64Array.of(0, 0, 100, 51);
  toSource(plan(200, 101, half("half-up", "one")), boxes);
  assertEquals([...boxes], [0, 0, 200, 101]);
});

Deno.test("toSource() maps boxes clipped to the scaled size to the edges of the source", () => {
  const random = seededRandom(22);
  for (let i = 0; i < 500; i++) {
    const [width, height] = [wholeBetween(random, 1, 3000), wholeBetween(random, 1, 3000)];
    const rounding = ROUNDINGS[i % 3]!;
    const one = plan(width, height, half(rounding, i % 2 ? "one" : "per-side"));
    const boxes = Float64Array.of(-1, -1, 1e9, 1e9);
    clipTo(one.scaled, boxes);
    toSource(one, boxes);
    [0, 0, width, height].forEach((edge, axis) => assertAlmostEquals(boxes[axis]!, edge, 1e-9));
  }
});

Deno.test("createResizePlan() only pads the image without a resize", () => {
  const untouched = createResizePlan({ width: 33, height: 7 }, NONE, { kind: "multiple", of: 16 });
  const size = { width: 33, height: 7 };
  assertEquals(untouched, {
    source: size,
    resized: size,
    offset: { x: 0, y: 0 },
    input: { width: 48, height: 16 },
    scaled: size,
    ratio: null,
  });
  const boxes = Float64Array.of(-1, 2, 40, 6.5);
  toSource(untouched, boxes);
  assertEquals([...boxes], [0, 2, 33, 6.5]);
});
