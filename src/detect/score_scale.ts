import { logit, sigmoid } from "../core/logit.ts";
import { nextBelow } from "../core/next_below.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";

/** Conversion between scores and the values that the network returns (logits or scores). */
export interface ScoreScale {
  /** Threshold for the values that the network returns. Only greater values pass. */
  readonly cut: number;
  /** Converts an output value of the network to a score, 0 to 1. */
  readonly scoreOf: (value: number) => number;
}

/**
 * Converts a score threshold to a threshold for the values that the network returns (logits or
 * scores).
 *
 * For logits, the score threshold is converted to a logit, so the sigmoid is computed only for
 * values above the threshold. For scores, the threshold is rounded to float32, because frameworks
 * compare scores in float32.
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
