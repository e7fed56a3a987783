import { logit, sigmoid } from "../core/logit.ts";
import { nextBelow } from "../core/next_below.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";

/** Conversion between scores and the values of a class head (logits or scores). */
export interface ScoreScale {
  /** Score threshold in the unit of the class head. Only greater values pass. */
  readonly cut: number;
  /** Converts a value of the class head to a score, 0 to 1. */
  readonly scoreOf: (value: number) => number;
}

/**
 * Converts a score threshold to the unit of a class head (logits or scores).
 *
 * For logits, the threshold is converted to a logit once, so that the sigmoid is computed only for
 * values that pass. For scores, the threshold is rounded to float32, because frameworks compare
 * scores in float32.
 *
 * @param scoreThreshold Score threshold, 0 to 1.
 */
export function scoreScale(
  { activation, scoreTest }: Pick<HeadsManifest["postprocess"], "activation" | "scoreTest">,
  scoreThreshold: number,
): ScoreScale {
  const isLogit = activation === "sigmoid";
  const threshold = isLogit ? logit(scoreThreshold) : Math.fround(scoreThreshold);
  return {
    cut: scoreTest === "at-least" ? nextBelow(threshold) : threshold,
    scoreOf: isLogit ? sigmoid : (value) => value,
  };
}
