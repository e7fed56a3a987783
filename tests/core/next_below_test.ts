import { assert, assertEquals } from "@std/assert";
import { nextBelow } from "../../src/core/next_below.ts";
import { between, seededRandom, wholeBetween } from "../random.ts";

const CASES: readonly (readonly [claim: string, value: number, below: number])[] = [
  ["1, a power of two", 1, 1 - 2 ** -53],
  ["−1", -1, -1 - 2 ** -52],
  ["1.5", 1.5, 1.5 - 2 ** -52],
  ["0.5", 0.5, 0.5 - 2 ** -54],
  ["0", 0, -Number.MIN_VALUE],
  ["−0", -0, -Number.MIN_VALUE],
  ["the smallest subnormal", Number.MIN_VALUE, 0],
  ["the smallest negative subnormal", -Number.MIN_VALUE, -2 * Number.MIN_VALUE],
  ["a subnormal", 8 * Number.MIN_VALUE, 7 * Number.MIN_VALUE],
  ["the smallest normal", 2 ** -1022, 2 ** -1022 - Number.MIN_VALUE],
  ["the largest double", Number.MAX_VALUE, (2 - 2 ** -51) * 2 ** 1023],
  ["the lowest double", -Number.MAX_VALUE, -Infinity],
  ["∞", Infinity, Number.MAX_VALUE],
  ["−∞, which is the lowest number", -Infinity, -Infinity],
];

for (const [claim, value, below] of CASES) {
  Deno.test(`nextBelow() returns ${below} for ${claim}`, () => {
    assertEquals(nextBelow(value), below);
  });
}

Deno.test("nextBelow() skips no number, for any size and sign", () => {
  const random = seededRandom(20);
  for (let i = 0; i < 5000; i++) {
    const sign = random() < 0.5 ? -1 : 1;
    // Includes subnormals; 2^1023 · 2 would be infinite.
    const value = sign * between(random, 1, 2) * 2 ** wholeBetween(random, -1074, 1022);
    const below = nextBelow(value);
    assert(below < value, `${below} is not below ${value}`);
    // The exact middle rounds to one of the two unless another number lies between them.
    const middle = below + (value - below) / 2;
    assert(middle === below || middle === value, `${middle} lies between`);
  }
});

Deno.test("nextBelow() turns a strict comparison into one that includes equals", () => {
  const random = seededRandom(21);
  for (let i = 0; i < 1000; i++) {
    const threshold = between(random, -1, 1);
    const below = nextBelow(threshold);
    assert(threshold > below);
    assert(nextBelow(below) < below);
  }
});
