import { assignTruths } from "./assign_truths.ts";
import type { ImagePair } from "./image_pair.ts";
import { Outcome } from "./outcome.ts";
import { type AreaRange, IOU_THRESHOLDS } from "./protocol.ts";

/** One category in one image, measured in one area range. */
export interface ImageOutcomes {
  /** `[D]` Best first. */
  readonly scores: readonly number[];
  /** `[T][D]` An {@linkcode Outcome} per IoU threshold and result. */
  readonly outcomes: readonly Uint8Array[];
  /** Truths that count, found or not. */
  readonly truthCount: number;
}

/**
 * Tells hits from misses at every IoU threshold (COCO, `evaluateImg`).
 *
 * Left out are crowds and truths outside the area range, the results that find these, and the
 * results that find nothing and lie outside the range themselves.
 *
 * @param pair `G` truths and `D` results of one category in one image.
 *
 * @example
 * ```ts
 * import { imagePair } from "./image_pair.ts";
 * import { judgeImage } from "./evaluate_image.ts";
 * import { Outcome } from "./outcome.ts";
 * import { AREA_RANGES } from "./protocol.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] } as const;
 * const pair = imagePair([{ ...box, id: 1, area: 90, iscrowd: 0 }], [{ ...box, score: 1 }]);
 * const small = judgeImage(pair, AREA_RANGES.small);
 * if (small.outcomes[0][0] !== Outcome.hit) throw new Error("90 px² is small");
 * const large = judgeImage(pair, AREA_RANGES.large);
 * if (large.outcomes[0][0] !== Outcome.ignored) throw new Error("90 px² is not large");
 * ```
 */
export function judgeImage(pair: ImagePair, range: AreaRange): ImageOutcomes {
  const ignored = pair.truths.map((truth) => truth.iscrowd === 1 || isOutside(truth.area, range));
  const unfound = pair.results.map(({ bbox: [, , width, height] }) =>
    isOutside(width * height, range) ? Outcome.ignored : Outcome.miss
  );
  const outcomes = IOU_THRESHOLDS.map((threshold) =>
    Uint8Array.from(assignTruths(pair, ignored, threshold), (truth, row) => {
      if (truth < 0) return unfound[row];
      return ignored[truth] ? Outcome.ignored : Outcome.hit;
    })
  );
  return {
    scores: pair.results.map((result) => result.score),
    outcomes,
    truthCount: ignored.filter((isIgnored) => !isIgnored).length,
  };
}

function isOutside(area: number, range: AreaRange): boolean {
  return area < range.least || area > range.most;
}
