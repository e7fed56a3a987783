import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Outcome } from "../../src/eval/evaluate_image.ts";
import { precisionEnvelope, rankingCurve, samplePrecision } from "../../src/eval/accumulate.ts";

const { hit, miss, ignored } = Outcome;

Deno.test("rankingCurve() reads the envelope off at 101 recalls", () => {
  // Hits at ranks 1 and 3 of 2 truths. Precision 1, 1/2, 2/3, envelope 1, 2/3, 2/3; recall 1/2,
  // 1/2, 1. So 51 thresholds (0 to .50) read 1 and 50 (.51 to 1) read 2/3.
  const { precision, recall } = rankingCurve(Uint8Array.of(hit, miss, hit), 2);
  assertEquals(recall, 1);
  precision.forEach((value, i) => assertAlmostEquals(value, i <= 50 ? 1 : 2 / 3, 1e-12));
});

Deno.test("rankingCurve() counts an ignored result neither as hit nor as miss", () => {
  const without = rankingCurve(Uint8Array.of(hit, miss), 4);
  const between = rankingCurve(Uint8Array.of(ignored, hit, ignored, miss, ignored), 4);
  assertEquals(between, without);
});

Deno.test("rankingCurve() of no results is 0 everywhere", () => {
  assertEquals(rankingCurve(Uint8Array.of(), 3), { precision: new Float64Array(101), recall: 0 });
});

Deno.test("precisionEnvelope() leaves its input alone and no precision out", () => {
  const precision = Float64Array.of(0, 0.5, 0.25);
  assertEquals([...precisionEnvelope(precision)], [0.5, 0.5, 0.25]);
  assertEquals([...precision], [0, 0.5, 0.25]);
  assertEquals([...precisionEnvelope(Float64Array.of())], []);
});

Deno.test("samplePrecision() takes the first of the ranks of one recall", () => {
  const sampled = samplePrecision(Float64Array.of(0.5, 0.5, 1), Float64Array.of(0.9, 0.8, 0.7));
  assertEquals([sampled[0], sampled[50], sampled[51], sampled[100]], [0.9, 0.9, 0.7, 0.7]);
});
