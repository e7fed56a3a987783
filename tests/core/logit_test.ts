import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { logit, sigmoid } from "../../src/core/logit.ts";
import { between, seededRandom } from "../random.ts";

const LOGITS: readonly (readonly [score: number, logit: number])[] = [
  [0, -Infinity],
  [0.05, -Math.log(19)], // 0.05 / 0.95 = 1 / 19
  [0.25, -Math.log(3)], // 0.25 / 0.75 = 1 / 3
  [0.5, 0],
  [0.75, Math.log(3)],
  [1, Infinity],
];

for (const [score, expected] of LOGITS) {
  Deno.test(`logit() maps ${score} to ${expected}, and sigmoid() maps it back`, () => {
    assertAlmostEquals(logit(score), expected, 1e-15);
    assertAlmostEquals(sigmoid(expected), score, 1e-15);
  });
}

for (const score of [-Number.MIN_VALUE, 1 + 2 ** -52, -1, 2, NaN, Infinity, -Infinity]) {
  Deno.test(`logit() refuses ${score}`, () => {
    assertThrows(() => logit(score), RangeError, `0 to 1: current value is ${score}`);
  });
}

Deno.test("logit() is finite next to 0 and 1", () => {
  assertAlmostEquals(logit(Number.MIN_VALUE), -1074 * Math.LN2, 1e-9);
  assertAlmostEquals(logit(1 - 2 ** -53), 53 * Math.LN2, 1e-9);
});

Deno.test("sigmoid() saturates instead of overflowing", () => {
  assertEquals([-Infinity, -1e4, 1e4, Infinity].map(sigmoid), [0, 0, 1, 1]);
  assertEquals(sigmoid(NaN), NaN);
});

Deno.test("logit() and sigmoid() keep the order, so thresholds can be compared as logits", () => {
  const random = seededRandom(2);
  for (let i = 0; i < 2000; i++) {
    const [x, score] = [between(random, -12, 12), random()];
    assertEquals(x > logit(score), sigmoid(x) > score, `logit ${x}, score ${score}`);
  }
});
