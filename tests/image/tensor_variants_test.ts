import { assert, assertEquals } from "@std/assert";
import { createResizePlan, type ResizePlan } from "../../src/core/resize_plan.ts";
import type { ResizeRule } from "../../src/core/resize_rules.ts";
import type { Size } from "../../src/core/size.ts";
import { type TensorRule, toTensor } from "../../src/image/tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import { between, type Random, seededRandom, wholeBetween } from "../random.ts";
import { type Image, naiveTensor } from "./naive_tensor.ts";
import { orientations, storeImage } from "./store_image.ts";
import { assertClose, IMAGENET, noise, planOf, RAW, sized, tensorOf } from "./tensor_cases.ts";

Deno.test("toTensor() keeps the colours of a pixel together with layout nhwc", () => {
  const image: Image = (x, y) => [10 * x + y, 100 + 10 * x + y, 200 + x];
  const plan = planOf(sized(2, 2), sized(2, 2), sized(3, 2));
  const rule = { ...RAW, layout: "nhwc", padValue: [7, 8, 9] } as const;
  assertEquals([...tensorOf(image, plan, rule)], [
    ...[0, 100, 200, 10, 110, 201, 7, 8, 9],
    ...[1, 101, 200, 11, 111, 201, 7, 8, 9],
  ]);
  // The pad value is already in the order of the tensor.
  assertEquals([...tensorOf(image, plan, { ...rule, colour: "bgr" })], [
    ...[200, 100, 0, 201, 110, 10, 7, 8, 9],
    ...[200, 101, 1, 201, 111, 11, 7, 8, 9],
  ]);
});

Deno.test("toTensor() returns the same numbers in both layouts", () => {
  const source = sized(13, 9);
  const plan = planOf(source, sized(6, 7), sized(8, 9));
  const image = noise(seededRandom(30), source);
  const rule: TensorRule = { ...IMAGENET, padValue: [1, 2, 3] };
  const planes = tensorOf(image, plan, rule);
  const pixels = tensorOf(image, plan, { ...rule, layout: "nhwc" });
  const area = 8 * 9;
  assertEquals(
    [...pixels],
    Array.from(pixels, (_, i) => planes[i % 3 * area + Math.floor(i / 3)]!),
  );
});

/** Rule that halves an image 20 px wide; 3 rows become 1.5, rounded to 2. */
const HALF: ResizeRule = {
  kind: "fit",
  width: 10,
  height: 10,
  rounding: "half-up",
  factor: "per-side",
};
const NONE = { kind: "none" } as const;

const SAMPLED: readonly (readonly [factor: "one" | "per-side", rows: readonly number[]])[] = [
  // Each of two rows covers 3/2: centres at 0.75 and 2.25, that is at the indices 0.25 and 1.75.
  ["per-side", [25, 175]],
  // Each of two rows covers 2: centres at 1 and 3, that is at 0.5 and 2.5; the edge is repeated.
  ["one", [50, 200]],
];

for (const [factor, rows] of SAMPLED) {
  Deno.test(`toTensor() samples 3 rows at ${rows.map((row) => row / 100)} with factor ${factor}`, () => {
    const plan = createResizePlan(sized(20, 3), HALF, NONE);
    assertEquals(plan.resized, sized(10, 2));
    const rule = { ...RAW, antialias: false, factor };
    const tensor = tensorOf((_, y) => [100 * y, 0, 0], plan, rule);
    assertClose([tensor[0]!, tensor[10]!], rows, 1e-4);
  });
}

Deno.test("toTensor() samples per side if the plan has no ratio", () => {
  const source = sized(9, 7);
  const image = noise(seededRandom(31), source);
  const plan = planOf(source, sized(4, 6));
  assertEquals(
    tensorOf(image, plan, { ...RAW, factor: "one" }),
    tensorOf(image, plan, { ...RAW, factor: "per-side" }),
  );
});

for (const orientation of orientations) {
  Deno.test(`toTensor() samples orientation ${orientation} like the upright image with factor one`, () => {
    const source = sized(23, 14);
    const image = noise(seededRandom(32), source);
    const plan = createResizePlan(source, HALF, NONE);
    const rule = { ...RAW, antialias: false, factor: "one" } as const;
    const stored = storeImage(image, source, orientation);
    assertEquals(
      toTensor(uprightView(stored, orientation), plan, rule),
      tensorOf(image, plan, rule),
    );
  });
}

Deno.test("toTensor() keeps the position of a reduced ramp with factor one", () => {
  // 64x46 by 10/64: 7.1875 rows become 7.
  const source = sized(64, 46);
  const ramp: Image = (x, y) => [3 * x, 3 * y, 50];
  const reduced: Image = (x, y) => ramp(2 * x + 0.5, 2 * y + 0.5);
  const plan = createResizePlan(source, HALF, NONE);
  const rule = { ...RAW, antialias: false, factor: "one" } as const;
  const pixels = { ...storeImage(reduced, sized(32, 23)), reduction: 2 as const };
  // Bytes truncate the halves of the reduced ramp.
  assertClose(toTensor(uprightView(pixels, 1), plan, rule), tensorOf(ramp, plan, rule), 1.51);
});

Deno.test("toTensor() returns finite numbers for less than a row, with either factor", () => {
  // A tenth of 2 rows is 0.2, raised to one.
  const plan = createResizePlan(sized(100, 2), HALF, NONE);
  assertEquals(plan.resized, sized(10, 1));
  for (const factor of ["per-side", "one"] as const) {
    for (const antialias of [false, true]) {
      const tensor = tensorOf(() => [50, 60, 70], plan, { ...RAW, factor, antialias });
      assertClose([tensor[0]!, tensor[10]!, tensor[20]!], [50, 60, 70], 1e-3);
    }
  }
});

/** Red values of one row or one column, halved and rounded after each pass. */
const WHOLE: readonly (readonly [
  claim: string,
  values: readonly number[],
  resized: Size,
  expected: readonly number[],
])[] = [
  // 0.5 and 3.5 round up; (3 + 5) / 2 = 4.
  ["along x, half up", [0, 1, 2, 5, 3, 5], sized(3, 1), [1, 4, 4]],
  ["along y, half up", [0, 1, 2, 5, 3, 5], sized(1, 3), [1, 4, 4]],
];

for (const [claim, values, resized, expected] of WHOLE) {
  Deno.test(`toTensor() rounds pixels after the pass ${claim}`, () => {
    const source = resized.height === 1 ? sized(values.length, 1) : sized(1, values.length);
    const rule = { ...RAW, antialias: false, rounding: "each-pass" } as const;
    const tensor = tensorOf((x, y) => [values[x + y]!, 0, 0], planOf(source, resized), rule);
    assertEquals([...tensor.subarray(0, expected.length)], expected);
  });
}

Deno.test("toTensor() rounds pixels after each of the two passes, not once", () => {
  // Along x, 0.5 and 0 round to 1 and 0; their mean 0.5 rounds to 1. Rounding 0.25 once gives 0.
  const image: Image = (x, y) => [x === 1 && y === 0 ? 1 : 0, 0, 0];
  const rule = { ...RAW, antialias: false } as const;
  const plan = planOf(sized(2, 2), sized(1, 1));
  assertEquals(tensorOf(image, plan, { ...rule, rounding: "each-pass" })[0], 1);
  assertEquals(tensorOf(image, plan, { ...rule, rounding: "none" })[0], 0.25);
});

Deno.test("toTensor() resamples along x before it resamples along y", () => {
  // Along x first: (0 + 1) / 2 → 1 and (0 + 3) / 2 → 2, their mean 1.5 → 2.
  // Along y first: (0 + 0) / 2 → 0 and (1 + 3) / 2 → 2, their mean is 1.
  const values = [[0, 1], [0, 3]] as const;
  const rule = { ...RAW, antialias: false, rounding: "each-pass" } as const;
  const tensor = tensorOf((x, y) => [values[y]![x]!, 0, 0], planOf(sized(2, 2), sized(1, 1)), rule);
  assertEquals(tensor[0], 2);
});

Deno.test("toTensor() normalises rounded pixels but not the padding", () => {
  const rule: TensorRule = {
    ...RAW,
    antialias: false,
    rounding: "each-pass",
    divisor: 10,
    mean: [1, 2, 3],
    std: [0.5, 0.25, 2],
    padValue: [0.5, -0.5, 9],
  };
  // The mean of 20 and 21 rounds to 21: (2.1 − 1) / 0.5, (2.1 − 2) / 0.25, (2.1 − 3) / 2.
  const plan = planOf(sized(2, 1), sized(1, 1), sized(2, 1));
  const tensor = tensorOf((x) => [20 + x, 20 + x, 20 + x], plan, rule);
  assertClose(tensor, [2.2, 0.5, 0.4, -0.5, -0.45, 9], 1e-6);
});

const ROUNDINGS = ["floor", "half-up", "half-even"] as const;

function randomPlan(random: Random): ResizePlan {
  const side = () => wholeBetween(random, 1, 40);
  const [width, height] = [wholeBetween(random, 4, 30), wholeBetween(random, 4, 30)];
  const keeps = {
    rounding: ROUNDINGS[wholeBetween(random, 0, 2)]!,
    factor: random() < 0.5 ? "one" : "per-side",
  } as const;
  const rules: ResizeRule[] = [
    { kind: "fit", width, height, ...keeps },
    { kind: "shortest", shortest: width, longest: 60, scale: "float64", ...keeps },
    { kind: "stretch", width, height },
    NONE,
  ];
  const source = sized(wholeBetween(random, 15, 40), side() % 26 + 15);
  return createResizePlan(source, rules[wholeBetween(random, 0, 3)]!, { kind: "multiple", of: 7 });
}

Deno.test("toTensor() agrees with its definition for random rules", () => {
  const random = seededRandom(33);
  const triple = (low: number, high: number) =>
    [between(random, low, high), between(random, low, high), between(random, low, high)] as const;
  let [exact, all] = [0, 0];
  for (let round = 0; round < 60; round++) {
    const plan = randomPlan(random);
    const rule: TensorRule = {
      layout: random() < 0.5 ? "nchw" : "nhwc",
      colour: random() < 0.5 ? "rgb" : "bgr",
      divisor: random() < 0.5 ? 255 : 1,
      mean: triple(-1, 1),
      std: triple(0.5, 2),
      antialias: random() < 0.5,
      factor: random() < 0.5 ? "one" : "per-side",
      rounding: random() < 0.5 ? "none" : "each-pass",
      padValue: triple(-5, 5),
    };
    const image = noise(random, plan.source);
    const found = tensorOf(image, plan, rule);
    // Weights are float32, so a halfway sum may round either way.
    const low = naiveTensor(image, plan, rule, -1e-3);
    const high = naiveTensor(image, plan, rule, 1e-3);
    const slack = 1e-3 / (rule.divisor * Math.min(...rule.std)) + 1e-6;
    assertEquals(found.length, low.length);
    found.forEach((value, i) =>
      assert(
        low[i]! - slack <= value && value <= high[i]! + slack,
        `round ${round} at ${i}: ${value} is not in ${low[i]} to ${high[i]}`,
      )
    );
    exact += low.filter((value, i) => value === high[i]).length;
    all += low.length;
  }
  assert(exact > 0.95 * all, `only ${exact} of ${all} values have no tolerance for rounding`);
});
