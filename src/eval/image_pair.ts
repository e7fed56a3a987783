import type { CocoAnnotation, CocoResult } from "./coco.ts";
import { crowdIou } from "./crowd_iou.ts";
import { MOST_RESULTS } from "./protocol.ts";

/** Truth and results of one category in one image. */
export interface ImagePair {
  /** `[G]` In the order of the data set. */
  readonly truths: readonly CocoAnnotation[];
  /** `[D]` Best first, at most {@linkcode MOST_RESULTS}. */
  readonly results: readonly CocoResult[];
  /** `[D, G]` Overlap of each result with each truth, 0 to 1. */
  readonly ious: Float64Array;
}

/**
 * Sets the results of one category in one image against its truth.
 *
 * Results of equal score keep their order, as in the reference, which sorts by merging.
 *
 * @param truths `[G]` of one category and image.
 * @param results Any number, of the same category and image.
 */
export function imagePair(
  truths: readonly CocoAnnotation[],
  results: readonly CocoResult[],
): ImagePair {
  const best = results.toSorted((a, b) => b.score - a.score).slice(0, MOST_RESULTS);
  const ious = best.flatMap((result) =>
    truths.map((truth) => crowdIou(result.bbox, truth.bbox, truth.iscrowd === 1))
  );
  return { truths, results: best, ious: Float64Array.from(ious) };
}
