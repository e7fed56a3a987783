import { assertAlmostEquals, assertEquals } from "@std/assert";
import { precisionEnvelope, rankingCurve, samplePrecision } from "../../src/eval/accumulate.ts";
import { Outcome } from "../../src/eval/evaluate_image.ts";

const { hit, miss, ignored } = Outcome;

Deno.test("rankingCurve() samples the envelope at 101 recalls", () => {
  // Ranks 1 and 3 hit 2 truths. Precision is 1, 1/2, 2/3, its envelope 1, 2/3, 2/3, and recall
  // 1/2, 1/2, 1. So 51 thresholds (0 to .50) give 1, and 50 (.51 to 1) give 2/3.
  const { precision, recall } = rankingCurve(Uint8Array.of(hit, miss, hit), 2);
  assertEquals(recall, 1);
  precision.forEach((value, i) => assertAlmostEquals(value, i <= 50 ? 1 : 2 / 3, 1e-12));
});

Deno.test("rankingCurve() counts an ignored result neither as hit nor as miss", () => {
  const without = rankingCurve(Uint8Array.of(hit, miss), 4);
  const between = rankingCurve(Uint8Array.of(ignored, hit, ignored, miss, ignored), 4);
  assertEquals(between, without);
});

Deno.test("rankingCurve() is 0 everywhere for no results", () => {
  assertEquals(rankingCurve(Uint8Array.of(), 3), { precision: new Float64Array(101), recall: 0 });
});

Deno.test("precisionEnvelope() covers every rank and does not write to its input", () => {
  const precision = Float64Array.of(0, 0.5, 0.25);
  assertEquals([...precisionEnvelope(precision)], [0.5, 0.5, 0.25]);
  assertEquals([...precision], [0, 0.5, 0.25]);
  assertEquals([...precisionEnvelope(Float64Array.of())], []);
});

Deno.test("samplePrecision() samples the first of several ranks of the same recall", () => {
  const sampled = samplePrecision(Float64Array.of(0.5, 0.5, 1), Float64Array.of(0.9, 0.8, 0.7));
  assertEquals([sampled[0], sampled[50], sampled[51], sampled[100]], [0.9, 0.9, 0.7, 0.7]);
});
