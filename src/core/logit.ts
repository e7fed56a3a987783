/**
 * Returns the logit of a score: ln(score / (1 − score)). Inverse of {@linkcode sigmoid}.
 *
 * Saves time: a caller that compares logits with `logit(threshold)` need not compute a sigmoid for
 * each anchor and class.
 *
 * @param score Score, 0 to 1. The result is −∞ for 0 and +∞ for 1.
 * @throws {RangeError} If `score` is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { logit, sigmoid } from "./logit.ts";
 *
 * const score = sigmoid(logit(0.05));
 * if (Math.abs(score - 0.05) > 1e-15) throw new Error(`score is ${score}`);
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

/**
 * Returns the score of the logit `x`: 1 / (1 + e^−x).
 *
 * @returns Score, 0 to 1. NaN if `x` is NaN.
 */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
