import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { clipTo, createResizePlan, toSource } from "../../src/core/resize_plan.ts";
import type { PadRule, ResizeRule } from "../../src/core/resize_rules.ts";
import type { Size } from "../../src/core/size.ts";
import { between, type Random, seededRandom, wholeBetween } from "../random.ts";

const FIT = {
  kind: "fit",
  width: 320,
  height: 320,
  rounding: "half-up",
  factor: "per-side",
} as const;
const FLOAT64 = {
  kind: "shortest",
  shortest: 800,
  longest: 1333,
  scale: "float64",
  rounding: "floor",
  factor: "per-side",
} as const;
const FLOAT32: ResizeRule = { ...FLOAT64, scale: "float32-reciprocal" };
const NONE: PadRule = { kind: "none" };
const MULTIPLE: PadRule = { kind: "multiple", of: 32 };

type Sides = readonly [width: number, height: number];

function sizeOf([width, height]: Sides): Size {
  return { width, height };
}

function resize(source: Sides, rule: ResizeRule): Sides {
  const { resized } = createResizePlan(sizeOf(source), rule, NONE);
  return [resized.width, resized.height];
}

const FITTED: readonly (readonly [source: Sides, resized: Sides])[] = [
  [[640, 480], [320, 240]], // both halved
  [[480, 640], [240, 320]],
  [[1920, 1080], [320, 180]], // 320 / 1920 = 1 / 6
  [[500, 375], [320, 240]], // 0.64
  [[640, 427], [320, 214]], // 213.5 is rounded up
  [[10, 20], [160, 320]], // small images grow
  [[320, 320], [320, 320]],
  [[1, 1], [320, 320]],
  [[100000, 1], [320, 1]], // 0.0032 rows are raised to one
  [[1, 100000], [1, 320]],
];

for (const [source, resized] of FITTED) {
  Deno.test(`createResizePlan() fits ${source.join("x")} into 320x320 as ${resized.join("x")}`, () => {
    assertEquals(resize(source, FIT), resized);
  });
}

Deno.test("createResizePlan() fits into a wide frame by its tighter side", () => {
  const frame: ResizeRule = { ...FIT, width: 400, height: 100 };
  assertEquals(resize([200, 100], frame), [200, 100]);
  assertEquals(resize([800, 100], frame), [400, 50]);
});

/** Sizes computed with torch: torchvision 0.14 divides in float32, later versions in float64. */
const SHORTEST: readonly (readonly [source: Sides, float64: Sides, float32: Sides])[] = [
  [[640, 480], [1066, 800], [1066, 800]], // 640 · 800 / 480 = 1066.7, rounded down
  [[500, 375], [1066, 800], [1066, 799]], // 1 / 375 rounds down in float32
  [[640, 427], [1199, 800], [1199, 799]],
  [[427, 640], [800, 1199], [799, 1199]],
  [[640, 426], [1201, 800], [1201, 800]],
  [[1920, 1080], [1333, 749], [1333, 749]], // 1333 / 1920 is the smaller ratio: 749.8, rounded down
  [[640, 361], [1333, 751], [1333, 751]],
  [[3000, 2000], [1200, 800], [1200, 800]],
  [[800, 800], [800, 800], [800, 800]],
  [[4000, 10], [1333, 3], [1333, 3]],
  [[5000, 1], [1333, 1], [1332, 1]], // 0.27 rows are raised to one
  [[1, 1], [800, 800], [800, 800]],
];

for (const [source, float64, float32] of SHORTEST) {
  const name = source.join("x");
  Deno.test(`createResizePlan() resizes ${name} to ${float64.join("x")} in float64`, () => {
    assertEquals(resize(source, FLOAT64), float64);
  });
  Deno.test(`createResizePlan() resizes ${name} to ${float32.join("x")} by float32 reciprocals`, () => {
    assertEquals(resize(source, FLOAT32), float32);
  });
}

Deno.test("createResizePlan() loses a row to rounding as often as torchvision", () => {
  const lost = (rule: ResizeRule) =>
    Array.from({ length: 1100 }, (_, i) => resize([100 + i, 100 + i], rule)[1])
      .filter((rows) => rows === 799).length;
  // Counted with torch over the squares from 100 to 1199 px.
  assertEquals([lost(FLOAT32), lost(FLOAT64)], [543, 45]);
});

Deno.test("createResizePlan() stretches to the given size, whatever the aspect ratio", () => {
  assertEquals(resize([10, 999], { kind: "stretch", width: 64, height: 48 }), [64, 48]);
});

const PADDED: readonly (readonly [claim: string, PadRule, input: Sides])[] = [
  ["adds no padding", NONE, [320, 180]],
  ["pads up to a multiple", MULTIPLE, [320, 192]], // 6 · 32
  ["keeps a size that is a multiple", { kind: "multiple", of: 20 }, [320, 180]],
  ["pads up to a fixed size", { kind: "fixed", width: 330, height: 400 }, [330, 400]],
];

for (const [claim, pad, input] of PADDED) {
  Deno.test(`createResizePlan() ${claim} with padding "${pad.kind}"`, () => {
    const plan = createResizePlan(sizeOf([1920, 1080]), FIT, pad);
    assertEquals(plan, {
      source: sizeOf([1920, 1080]),
      resized: sizeOf([320, 180]),
      offset: { x: 0, y: 0 },
      input: sizeOf(input),
      scaled: sizeOf([320, 180]),
      ratio: 1 / 6,
    });
  });
}

for (const fixed of [[319, 320], [320, 179]] as const) {
  Deno.test(`createResizePlan() refuses to pad 320x180 to ${fixed.join("x")}`, () => {
    assertThrows(
      () => createResizePlan(sizeOf([1920, 1080]), FIT, { kind: "fixed", ...sizeOf(fixed) }),
      RangeError,
      `320x180 to ${fixed.join("x")}`,
    );
  });
}

for (const source of [[0, 5], [5, 0], [-1, 5], [NaN, 5], [5, NaN]] as const) {
  Deno.test(`createResizePlan() refuses an image of ${source.join("x")}`, () => {
    assertThrows(() => createResizePlan(sizeOf(source), FIT, NONE), RangeError, source.join("x"));
  });
}

function randomSource(random: Random): Size {
  return { width: wholeBetween(random, 1, 5000), height: wholeBetween(random, 1, 5000) };
}

Deno.test("createResizePlan() fits one side exactly and the other within half a pixel", () => {
  const random = seededRandom(8);
  for (let i = 0; i < 1000; i++) {
    const { source, resized, input } = createResizePlan(randomSource(random), FIT, MULTIPLE);
    const longest = source.width >= source.height ? "width" : "height";
    const other = longest === "width" ? "height" : "width";
    const exact = source[other] * 320 / source[longest];
    assertEquals(resized[longest], 320);
    assert(Math.abs(resized[other] - exact) <= 0.5 || resized[other] === 1);
    for (const side of ["width", "height"] as const) {
      assert(input[side] % 32 === 0 && input[side] - resized[side] < 32);
      assert(input[side] >= resized[side]);
    }
  }
});

Deno.test("createResizePlan() reaches the shortest or the longest side, but for rounding", () => {
  const random = seededRandom(9);
  for (let i = 0; i < 1000; i++) {
    const source = randomSource(random);
    for (const rule of [FLOAT64, FLOAT32]) {
      const [width, height] = resize([source.width, source.height], rule);
      const [short, long] = [Math.min(width, height), Math.max(width, height)];
      assert(short <= 800 && long <= 1333, `${width}x${height}`);
      assert(short >= 799 || long >= 1332, `${width}x${height}`);
    }
  }
});

Deno.test("toSource() inverts the resize", () => {
  const random = seededRandom(10);
  for (let i = 0; i < 500; i++) {
    const rule = [FIT, FLOAT64, FLOAT32][i % 3]!;
    const plan = createResizePlan(randomSource(random), rule, MULTIPLE);
    const { source, resized } = plan;
    const sideOf = (axis: number, size: Size) => axis % 2 === 0 ? size.width : size.height;
    const edges = Array.from({ length: 8 }, (_, axis) => between(random, 0, sideOf(axis, source)));
    const boxes = Float64Array.from(edges, (edge, axis) => {
      return edge * (sideOf(axis, resized) / sideOf(axis, source));
    });
    toSource(plan, boxes);
    boxes.forEach((edge, axis) => {
      assertAlmostEquals(edge, edges[axis]!, 1e-9 * sideOf(axis, source));
    });
  }
});

Deno.test("toSource() maps the whole resized image exactly to the whole source", () => {
  const plan = createResizePlan(sizeOf([1001, 333]), FIT, MULTIPLE);
  const boxes = Float64Array.of(0, 0, plan.resized.width, plan.resized.height);
  toSource(plan, boxes);
  assertEquals([...boxes], [0, 0, 1001, 333]);
});

// 320x180 in 320x192, from a source six times as large.
const WIDE = createResizePlan(sizeOf([1920, 1080]), FIT, MULTIPLE);

Deno.test("toSource() clips boxes in the padding and outside the input", () => {
  const boxes = Float64Array.of(-5, -Infinity, 400, 185, 10, 20, Infinity, 30);
  toSource(WIDE, boxes);
  assertEquals([...boxes], [0, 0, 1920, 1080, 60, 120, 1920, 180]);
});

Deno.test("toSource() scales each axis by its own ratio", () => {
  // 10 px become 100: 0.1 source pixels per input pixel. 20 px become 5: 4 source pixels.
  const plan = createResizePlan(sizeOf([10, 20]), { kind: "stretch", width: 100, height: 5 }, NONE);
  const boxes = Float64Array.of(50, 1, 100, 2);
  toSource(plan, boxes);
  assertEquals([...boxes], [5, 4, 10, 8]);
});

Deno.test("clipTo() clips to a fractional size and moves no edge inside it", () => {
  const boxes = Float64Array.of(-5, -Infinity, 330, 185, 10.25, 20, Infinity, 30);
  clipTo({ width: 320, height: 180.5 }, boxes);
  assertEquals([...boxes], [0, 0, 320, 180.5, 10.25, 20, 320, 30]);
});

Deno.test("clipTo() moves outside boxes to the border", () => {
  const boxes = Float64Array.of(400, -9, 500, -3, 320, 180, 320, 180);
  clipTo(WIDE.resized, boxes);
  assertEquals([...boxes], [320, 0, 320, 0, 320, 180, 320, 180]);
});

Deno.test("toSource() and clipTo() accept no boxes", () => {
  const none = new Float64Array(0);
  toSource(WIDE, none);
  clipTo(WIDE.resized, none);
  assertEquals(none.length, 0);
});
