import { logit, sigmoid } from "../core/logit.ts";
import { nextBelow } from "../core/next_below.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";

/** Relation of a class head's numbers to scores. */
export interface ScoreScale {
  /** Numbers that are strictly greater pass the score threshold. */
  readonly cut: number;
  /** Returns the score of a number, 0 to 1. */
  readonly scoreOf: (value: number) => number;
}

/**
 * Converts a score threshold to the numbers of a class head.
 *
 * Logits are compared with the logit of the threshold, so only survivors pass through a sigmoid.
 * Scores are compared with the threshold rounded to float32, as frameworks compare float32 scores.
 *
 * @param scoreThreshold 0 to 1.
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
