import type { HeadsManifest } from "../manifest/manifest.ts";
import { logit, sigmoid } from "../core/logit.ts";
import { nextBelow } from "../core/next_below.ts";

/** How the numbers of a class head stand to scores. */
export interface ScoreScale {
  /** Numbers strictly greater pass the score threshold. */
  readonly cut: number;
  /** The score of a number. */
  readonly scoreOf: (value: number) => number;
}

/** The threshold is taken to the head's numbers, so that no head is passed through a sigmoid. */
export function scoreScale(
  { activation, scoreTest }: Pick<HeadsManifest["postprocess"], "activation" | "scoreTest">,
  score: number,
): ScoreScale {
  const isLogit = activation === "sigmoid";
  // Frameworks compare float32 scores with the threshold as float32.
  const threshold = isLogit ? logit(score) : Math.fround(score);
  return {
    cut: scoreTest === "at-least" ? nextBelow(threshold) : threshold,
    scoreOf: isLogit ? sigmoid : (value) => value,
  };
}
