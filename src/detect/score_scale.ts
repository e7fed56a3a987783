import { logit, sigmoid } from "../core/logit.ts";
import { nextBelow } from "../core/next_below.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";

/** Conversion between scores and the values that the network returns (logits or scores). */
export interface ScoreScale {
  /** Threshold for the values that the network returns. Only greater values pass. */
  readonly cut: number;
  /** Converts an output value of the network to a score, 0 to 1. */
  readonly scoreOf: (value: number) => number;
  /** Returns true if a score passes the score threshold. Used for scores that soft-NMS lowers. */
  readonly passes: (score: number) => boolean;
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
  const isAtLeast = scoreTest === "at-least";
  const least = isLogit ? scoreThreshold : Math.fround(scoreThreshold);
  const threshold = isLogit ? logit(scoreThreshold) : least;
  return {
    cut: isAtLeast ? nextBelow(threshold) : threshold,
    scoreOf: isLogit ? sigmoid : (value) => value,
    passes: (score) => isAtLeast ? score >= least : score > least,
  };
}
