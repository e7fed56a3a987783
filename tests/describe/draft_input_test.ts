import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { draftInput, padBefore } from "../../src/describe/draft_input.ts";
import { FAMILIES } from "../../src/describe/families.ts";
import {
  type Colour,
  type InnerPixels,
  leavesPixels,
  solveInnerPixels,
  testColours,
} from "../../src/describe/inner_pixels.ts";

const IMAGE = { name: "images", type: "float32", layout: "nchw", batch: 1, size: null } as const;
const MEAN = [0.485, 0.456, 0.406] as const;
const STD = [0.229, 0.224, 0.225] as const;

/** Change `(pixel - mean) / std`, as `InnerPixels`. */
function subtracts(mean: readonly number[], std: readonly number[], reversed = false): InnerPixels {
  const [a = 1, b = 1, c = 1] = std;
  const [x = 0, y = 0, z = 0] = mean;
  return { reversed, gain: [1 / a, 1 / b, 1 / c], offset: [-x / a, -y / b, -z / c] };
}

const bytes = (values: readonly number[]) => values.map((each) => each * 255);

/**
 * Pixels that the manifest must describe, by family and by the change in the graph. `plain` are
 * pixels with the given divisor and mean, and a deviation of 1.
 */
const CASES: readonly [
  claim: string,
  family: string,
  inner: InnerPixels | null,
  expected: { colour: string; divisor: number; mean: readonly number[]; std?: readonly number[] },
][] = [
  ["no change", "torchvision", subtracts([0, 0, 0], [1, 1, 1]), {
    ...{ colour: "rgb", divisor: 255, mean: MEAN, std: STD },
  }],
  ["an unknown change", "torchvision", null, {
    ...{ colour: "rgb", divisor: 255, mean: MEAN, std: STD },
  }],
  ["the mean of 0 to 1", "torchvision", subtracts(MEAN, STD), {
    ...{ colour: "rgb", divisor: 255, mean: [0, 0, 0] },
  }],
  ["the mean of 0 to 255", "torchvision", subtracts(bytes(MEAN), bytes(STD)), {
    ...{ colour: "rgb", divisor: 1, mean: [0, 0, 0] },
  }],
  ["the mean of 0 to 255 in BGR", "torchvision", subtracts(bytes(MEAN), bytes(STD), true), {
    ...{ colour: "bgr", divisor: 1, mean: [0, 0, 0] },
  }],
  ["reversed channels", "torchvision", subtracts([0, 0, 0], [1, 1, 1], true), {
    colour: "bgr",
    divisor: 255,
    mean: MEAN.toReversed(),
    std: STD.toReversed(),
  }],
  [
    "the mean of -1 to 1",
    "torchvision",
    subtracts(MEAN.map((m) => 2 * m - 1), STD.map((s) => 2 * s)),
    {
      ...{ colour: "rgb", divisor: 127.5, mean: [1, 1, 1] },
    },
  ],
  ["another mean", "torchvision", subtracts([0.45, 0.42, 0.37], [0.2, 0.2, 0.2]), {
    ...{ colour: "rgb", divisor: 255, mean: [0, 0, 0] },
  }],
  ["a mean in BGR", "torchvision", subtracts([103.5, 116.3, 123.7], [1, 1, 1]), {
    ...{ colour: "bgr", divisor: 1, mean: [0, 0, 0] },
  }],
  ["only a division by 255", "torchvision", subtracts([0, 0, 0], [255, 255, 255]), {
    ...{ colour: "rgb", divisor: 1, mean: [0, 0, 0] },
  }],
  ["the family's mean", "torchvision-whole", subtracts(MEAN, STD), {
    ...{ colour: "rgb", divisor: 255, mean: [0, 0, 0] },
  }],
  ["a mean in BGR instead", "torchvision-whole", subtracts([103.5, 116.3, 123.7], [1, 1, 1]), {
    ...{ colour: "bgr", divisor: 1, mean: [0, 0, 0] },
  }],
  ["no mean at all", "torchvision-whole", subtracts([0, 0, 0], [1, 1, 1]), {
    ...{ colour: "rgb", divisor: 255, mean: MEAN, std: STD },
  }],
];

for (const [claim, name, inner, { std = [1, 1, 1], ...expected }] of CASES) {
  Deno.test(`draftInput() describes the pixels before ${claim}, as ${name}`, () => {
    const family = FAMILIES.find((each) => each.family === name)!;
    const { part: { input } } = draftInput(IMAGE, family, "as it does", inner);
    if (input.type === "uint8") throw new Error("the input has bytes");
    assertEquals([input.colour, input.divisor], [expected.colour, expected.divisor]);
    for (const i of [0, 1, 2] as const) {
      assertAlmostEquals(input.mean[i], expected.mean[i]!, 1e-6);
      assertAlmostEquals(input.std[i], std[i]!, 1e-6);
    }
  });
}

Deno.test("draftInput() says that an unusual change is perhaps done twice", () => {
  const family = FAMILIES.find((each) => each.family === "torchvision")!;
  const { guesses } = draftInput(IMAGE, family, "as it does", subtracts([7, 7, 7], [3, 3, 3]));
  assertMatch(guesses["input.mean"] ?? "", /^assumed: .*the graph itself subtracts 7, 7, 7/);
});

Deno.test("padBefore() gives the padding that the change turns into the family's", () => {
  const family = FAMILIES.find((each) => each.family === "torchvision")!;
  assertEquals(padBefore(family, null), family.behaviour.pad);
  const { value } = padBefore(family, subtracts(bytes(MEAN), bytes(STD), true));
  assertEquals(value, bytes(MEAN).toReversed());
});

/** Runs a change on images of one colour, resized to 2x2. */
function runsOf(change: (colour: Colour) => readonly number[], type: "float32" | "uint8") {
  return testColours(type).map((colour) => {
    const data = Float32Array.from(change(colour).flatMap((value) => [value, value, value, value]));
    return { data, shape: [1, data.length / 4, 2, 2] };
  });
}

Deno.test("solveInnerPixels() finds gain, offset and order of the channels", () => {
  for (const type of ["float32", "uint8"] as const) {
    const colours = testColours(type);
    const runs = runsOf(([a, b, c]) => [2 * c - 1, 3 * b, 4 * a + 5], type);
    assertEquals(solveInnerPixels(colours, runs), {
      reversed: true,
      gain: [2, 3, 4],
      offset: [-1, 0, 5],
    });
    assertEquals(leavesPixels(solveInnerPixels(colours, runsOf((each) => each, type))!), true);
  }
});

Deno.test("solveInnerPixels() leaves changes that it cannot describe", () => {
  const unclear: ((colour: Colour) => number[])[] = [
    ([a, b, c]) => [(a + b + c) / 3, b, c],
    ([a, b, c]) => [a * a, b, c],
    ([a, b, c]) => [b, a, c],
    ([a]) => [a],
    () => [0, 0, 0],
  ];
  for (const change of unclear) {
    assertEquals(solveInnerPixels(testColours("float32"), runsOf(change, "float32")), null);
  }
});
