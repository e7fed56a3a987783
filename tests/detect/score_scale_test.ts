import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { scoreScale } from "../../src/detect/score_scale.ts";
import { between, seededRandom } from "../random.ts";

const ACTIVATIONS = ["sigmoid", "softmax", "none"] as const;

function passes(
  activation: (typeof ACTIVATIONS)[number],
  scoreTest: "greater" | "at-least",
  score: number,
  number: number,
): boolean {
  return number > scoreScale({ activation, scoreTest }, score).cut;
}

/** Numbers of a head, and true if they pass a score threshold with `greater`, with `at-least`. */
const CUTS: readonly (readonly [
  activation: (typeof ACTIVATIONS)[number],
  score: number,
  number: number,
  greater: boolean,
  atLeast: boolean,
])[] = [
  // sigmoid(0) = 0.5
  ["sigmoid", 0.5, 0, false, true],
  ["sigmoid", 0.5, 2 ** -149, true, true],
  ["sigmoid", 0.5, -(2 ** -149), false, false],
  // sigmoid(ln 3) = 0.75, and ln 3 in float32 is slightly greater.
  ["sigmoid", 0.75, Math.fround(Math.log(3)), true, true],
  ["sigmoid", 0.75, Math.log(3) - 1e-12, false, false],
  ["sigmoid", 1, 1e30, false, false],
  ["sigmoid", 1, Infinity, false, true],
  ["sigmoid", 0, -1e30, true, true],
  ["none", 0.5, 0.5, false, true],
  ["none", 0.5, 0.5 + 2 ** -24, true, true],
  ["none", 0.5, 0.5 - 2 ** -25, false, false],
  ["none", 0, 0, false, true],
  ["none", 1, 1, false, true],
  // The numbers are those after the softmax.
  ["softmax", 0.25, 0.25, false, true],
  ["softmax", 0.25, 0.25 + 2 ** -25, true, true],
  ["softmax", 0.25, 0.25 - 2 ** -26, false, false],
];

for (const [activation, score, number, greater, atLeast] of CUTS) {
  Deno.test(`scoreScale() of ${activation} compares ${number} with threshold ${score}`, () => {
    assertEquals(passes(activation, "greater", score, number), greater);
    assertEquals(passes(activation, "at-least", score, number), atLeast);
  });
}

Deno.test("scoreScale() lets no NaN pass", () => {
  for (const activation of ACTIVATIONS) {
    for (const scoreTest of ["greater", "at-least"] as const) {
      assert(!passes(activation, scoreTest, 0, NaN));
    }
  }
});

Deno.test("scoreScale() returns scores unchanged and applies the sigmoid to logits", () => {
  const random = seededRandom(41);
  const scaleOf = (activation: (typeof ACTIVATIONS)[number]) =>
    scoreScale({ activation, scoreTest: "greater" }, 0.5).scoreOf;
  for (let i = 0; i < 100; i++) {
    const number = between(random, -9, 9);
    assertAlmostEquals(scaleOf("sigmoid")(number), 1 / (1 + Math.exp(-number)), 1e-15);
    assertEquals(scaleOf("none")(number), number);
    assertEquals(scaleOf("softmax")(number), number);
  }
});

Deno.test("scoreScale() passes exactly the numbers whose score is above the threshold", () => {
  const random = seededRandom(42);
  for (let i = 0; i < 1000; i++) {
    const [score, number] = [between(random, 0, 1), between(random, -6, 6)];
    for (const activation of ACTIVATIONS) {
      const { cut, scoreOf } = scoreScale({ activation, scoreTest: "greater" }, score);
      assertEquals(number > cut, scoreOf(number) > score);
    }
  }
});
