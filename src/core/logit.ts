/**
 * The logit whose sigmoid is `score`: ln(t / (1 − t)).
 *
 * Comparing logits with `logit(threshold)` spares a sigmoid per anchor and class.
 *
 * @param score From 0 (−∞) to 1 (+∞).
 * @throws {RangeError} If `score` is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { logit, sigmoid } from "./logit.ts";
 *
 * if (Math.abs(sigmoid(logit(0.05)) - 0.05) > 1e-15) throw new Error("the two are inverse");
 * ```
 */
export function logit(score: number): number {
  if (!(score >= 0 && score <= 1)) {
    throw new RangeError(
      `Cannot take the logit as a score lies in 0 to 1: current value is ${score}`,
    );
  }
  return Math.log(score / (1 - score));
}

/** The score of a logit: 1 / (1 + e^−x). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
