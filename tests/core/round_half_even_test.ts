import { assert, assertEquals } from "@std/assert";
import { roundHalfEven } from "../../src/core/round_half_even.ts";
import { seededRandom, wholeBetween } from "../random.ts";

const CASES: readonly (readonly [value: number, rounded: number])[] = [
  [0, 0],
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  // Corners of torchvision's square anchors: half of the sizes 101, 203 and 645.
  [50.5, 50],
  [-50.5, -50],
  [101.5, 102],
  [-101.5, -102],
  [322.5, 322],
  [-322.5, -322],
  [2.4, 2],
  [2.6, 3],
  [-2.4, -2],
  [-2.6, -3],
  // The double below 0.5: adding 0.5 gives 1.
  [0.49999999999999994, 0],
  // The largest halves that a double can represent: 2^52 − 0.5 and 2^52 − 1.5.
  [4503599627370495.5, 4503599627370496],
  [4503599627370494.5, 4503599627370494],
  [2 ** 53, 2 ** 53],
  [Infinity, Infinity],
  [-Infinity, -Infinity],
  [NaN, NaN],
];

for (const [value, rounded] of CASES) {
  Deno.test(`roundHalfEven() rounds ${value} to ${rounded}`, () => {
    assertEquals(roundHalfEven(value), rounded);
  });
}

Deno.test("roundHalfEven() moves at most by a half, and from a half to an even number", () => {
  const random = seededRandom(1);
  for (let i = 0; i < 2000; i++) {
    const value = wholeBetween(random, -4000, 4000) / 8;
    const rounded = roundHalfEven(value);
    const distance = Math.abs(rounded - value);
    assert(Number.isInteger(rounded) && distance <= 0.5, `${value} became ${rounded}`);
    assert(distance < 0.5 || rounded % 2 === 0, `${value} became ${rounded}`);
  }
});

Deno.test("roundHalfEven() is symmetric, so anchors are too", () => {
  for (let value = 0; value < 50; value += 0.125) {
    assertEquals(roundHalfEven(-value), -roundHalfEven(value), `${value}`);
  }
});
