import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type AxisWeights, axisWeights } from "../../src/image/axis_weights.ts";
import { seededRandom, wholeBetween } from "../random.ts";
import { naiveWeights } from "./naive_tensor.ts";

/** Returns the weights as a full `[outputs][inputs]` matrix. */
function dense({ taps, start, weights }: AxisWeights, inputs: number): number[][] {
  return Array.from(start, (first, output) => {
    const row = new Array<number>(inputs).fill(0);
    for (let tap = 0; tap < taps; tap++) row[first + tap]! += weights[output * taps + tap]!;
    return row;
  });
}

function resample(values: readonly number[], outputs: number, antialias: boolean): number[] {
  const axis = axisWeights(values.length, outputs, values.length / outputs, antialias);
  return dense(axis, values.length).map((row) =>
    row.reduce((sum, weight, i) => sum + weight * values[i]!, 0)
  );
}

/** Values computed with torch: `interpolate(..., mode="bilinear", align_corners=False)`. */
const TORCH: readonly (readonly [
  values: readonly number[],
  plain: readonly number[],
  antialias: readonly number[],
])[] = [
  [[10, 20, 40, 80], [30], [36.25]],
  [[10, 20, 40, 80], [15, 60], [18.571428298950195, 54.28571319580078]],
  [[10, 20, 40, 80], [11.666666984558105, 30, 73.33334350585938], [13, 30, 68]],
  [[10, 20, 40, 80], [10, 17, 30, 52, 80], [10, 17, 30, 52, 80]],
  [[10, 20, 40, 80], [10, 12.5, 17.5, 25, 35, 50, 70, 80], [10, 12.5, 17.5, 25, 35, 50, 70, 80]],
  [
    [0, 1, 4, 9, 16, 25, 36],
    [0.6666666269302368, 9, 28.666664123535156],
    [1.2857141494750977, 9.941177368164062, 27],
  ],
];

for (const [values, plain, antialias] of TORCH) {
  Deno.test(`axisWeights() resamples ${values.length} to ${plain.length} pixels as torch does`, () => {
    for (const [expected, isAntialias] of [[plain, false], [antialias, true]] as const) {
      const found = resample(values, expected.length, isAntialias);
      assertEquals(found.length, expected.length);
      found.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-4));
    }
  });
}

Deno.test("axisWeights() is the identity for an axis that keeps its size", () => {
  for (const antialias of [false, true]) {
    const identity = dense(axisWeights(5, 5, 1, antialias), 5);
    identity.forEach((row, output) =>
      assertEquals(row, row.map((_, input) => input === output ? 1 : 0))
    );
  }
});

Deno.test("axisWeights() skips input pixels only without antialias", () => {
  const unseen = (antialias: boolean) => {
    const rows = dense(axisWeights(40, 4, 10, antialias), 40);
    return Array.from({ length: 40 }, (_, i) => i).filter((i) => rows.every((row) => row[i] === 0));
  };
  // Each of the 4 outputs blends 2 neighbours.
  assertEquals(unseen(false).length, 40 - 4 * 2);
  assertEquals(unseen(true), []);
});

Deno.test("axisWeights() uses a single input pixel for every output", () => {
  for (const antialias of [false, true]) {
    assertEquals(dense(axisWeights(1, 3, 1 / 3, antialias), 1), [[1], [1], [1]]);
  }
});

Deno.test("axisWeights() sums to 1, is never negative and stays within the axis", () => {
  const random = seededRandom(14);
  for (let round = 0; round < 300; round++) {
    const [inputs, outputs] = [wholeBetween(random, 1, 90), wholeBetween(random, 1, 90)];
    // At a reduction of 8, the last pixel may stand for an eighth of a pixel.
    const scale = (inputs - random() * 7 / 8) / outputs;
    const { taps, start, weights } = axisWeights(inputs, outputs, scale, round % 2 === 0);
    for (let output = 0; output < outputs; output++) {
      const row = weights.subarray(output * taps, (output + 1) * taps);
      assertAlmostEquals(row.reduce((sum, weight) => sum + weight, 0), 1, 1e-5);
      assert(row.every((weight) => weight >= 0));
      assert(start[output]! >= 0 && start[output]! + taps <= inputs);
    }
  }
});

Deno.test("axisWeights() agrees with the definitions of torch and Pillow", () => {
  const random = seededRandom(15);
  for (let round = 0; round < 300; round++) {
    const [inputs, outputs] = [wholeBetween(random, 1, 50), wholeBetween(random, 1, 50)];
    const antialias = round % 2 === 0;
    const scale = inputs / outputs;
    const found = dense(axisWeights(inputs, outputs, scale, antialias), inputs);
    const expected = naiveWeights(inputs, outputs, scale, antialias);
    found.forEach((row, output) =>
      row.forEach((weight, input) =>
        assertAlmostEquals(
          weight,
          expected[output]![input]!,
          1e-6,
          `${inputs} to ${outputs}, antialias ${antialias}, output ${output}, input ${input}`,
        )
      )
    );
  }
});
