import { assertEquals } from "@std/assert";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";
import { tellHeads } from "../../src/describe/which_head.ts";
import type { ProbedOutput } from "../../src/describe/probed_output.ts";
import { seededRandom } from "../random.ts";

/** Creates a head of 200 rows and 4 columns with values around a mean. */
function head(name: string, mean: number, spread: number, map = (value: number) => value) {
  const random = seededRandom(name.length + 1);
  const data = Float32Array.from({ length: 800 }, () => map(mean + spread * (2 * random() - 1)));
  const run = { data, shape: [1, 200, 4] };
  return { name, type: "float32", runs: [run, run] } satisfies ProbedOutput;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const DELTAS = head("o1", 0, 0.4);

const BY_VALUES: readonly [claim: string, scores: ProbedOutput][] = [
  ["logits far below 0", head("o22", -4.6, 2)],
  ["sigmoids", head("o22", -2, 2, sigmoid)],
];

for (const [claim, scores] of BY_VALUES) {
  Deno.test(`tellHeads() tells ${claim} from deltas in both orders`, () => {
    for (const pair of [[scores, DELTAS], [DELTAS, scores]] as const) {
      const told = tellHeads([pair[0]], [pair[1]], NO_HINTS);
      assertEquals(told?.scores[0]?.name, scores.name);
      assertEquals(told?.evidence, "values");
    }
  });
}

Deno.test("tellHeads() tells nothing about two heads around 0", () => {
  assertEquals(tellHeads([DELTAS], [head("o22", -0.3, 0.4)], NO_HINTS), null);
});

Deno.test("tellHeads() believes names more than values, and weights without them", () => {
  const [deltas, logits] = [head("box", -4.6, 1), head("cls", 0, 0.4)];
  assertEquals(tellHeads([deltas], [logits], NO_HINTS)?.deltas[0], deltas);
  const unnamed = head("o22", 0, 0.3);
  const outputs = {
    o1: { activation: null, weights: ["m.head.classification_head.cls_logits.weight"] },
    o22: { activation: null, weights: ["m.head.regression_head.bbox_reg.weight"] },
  } as const;
  const told = tellHeads([unnamed], [DELTAS], { ...NO_HINTS, outputs });
  assertEquals([told?.scores[0]?.name, told?.evidence], ["o1", "weights"]);
});

Deno.test("tellHeads() takes the class head that the caller names", () => {
  const other = head("o22", 0, 0.3);
  assertEquals(tellHeads([DELTAS], [other], NO_HINTS, ["o22"])?.scores[0], other);
});
