import { assertEquals } from "@std/assert";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";
import { backgroundOf, scoreKind } from "../../src/describe/score_kind.ts";

/** Creates a class head of 40 rows from the value of each column. */
function headOf(columns: number, value: (row: number, column: number) => number) {
  const data = Float32Array.from(
    { length: 40 * columns },
    (_, i) => value(Math.floor(i / columns), i % columns),
  );
  const run = { data, shape: [1, 40, columns] };
  return { name: "scores", type: "float32", runs: [run, run] as const };
}

/** Sigmoids of a new network: 0.01 each, and a little more in later rows. */
const sigmoids = (row: number) => 0.011 + row * 1e-5;

Deno.test("scoreKind() does not take 91 sigmoids, whose sum is near 1, for a softmax", () => {
  assertEquals(scoreKind(headOf(91, sigmoids), 91, NO_HINTS), {
    scores: "probabilities",
    scoresProven: false,
  });
});

Deno.test("scoreKind() recognises a softmax by sums of 1", () => {
  const head = headOf(5, (row, column) => column === row % 5 ? 0.96 : 0.01);
  assertEquals(scoreKind(head, 5, NO_HINTS).scores, "distribution");
});

Deno.test("scoreKind() recognises a quantised softmax, whose sums are rounded", () => {
  // 81 columns of 3/256 make 0.949.
  assertEquals(scoreKind(headOf(81, () => 3 / 256), 81, NO_HINTS).scores, "distribution");
});

Deno.test("scoreKind() believes the graph's last operation more than sums", () => {
  const hints = {
    ...NO_HINTS,
    outputs: { scores: { activation: "sigmoid", weights: [] } as const },
  };
  const head = headOf(4, () => 0.25);
  assertEquals(scoreKind(head, 4, NO_HINTS).scores, "distribution");
  assertEquals(scoreKind(head, 4, hints), { scores: "probabilities", scoresProven: true });
});

Deno.test("scoreKind() calls numbers outside 0 to 1 logits", () => {
  assertEquals(scoreKind(headOf(3, () => -4.6), 3, NO_HINTS).scores, "logits");
});

Deno.test("backgroundOf() finds the class that has the best score of nearly all anchors", () => {
  const first = (row: number, column: number) => (column === 0) === (row > 2) ? 3 : -3;
  assertEquals(backgroundOf(headOf(5, first), 5, "logits"), 0);
  const last = (row: number, column: number) => (column === 4) === (row > 2) ? 0.9 : 0.02;
  assertEquals(backgroundOf(headOf(5, last), 5, "distribution"), 4);
});

Deno.test("backgroundOf() finds no background without one", () => {
  const best = (_: number, column: number) => column === 2 ? -3 : -5;
  assertEquals(backgroundOf(headOf(5, best), 5, "logits"), null, "the best score is low");
  const mixed = (row: number, column: number) => column === row % 5 ? 3 : -3;
  assertEquals(backgroundOf(headOf(5, mixed), 5, "logits"), null, "the best class differs");
  assertEquals(backgroundOf(headOf(1, () => 3), 1, "logits"), null, "there is one class");
});
