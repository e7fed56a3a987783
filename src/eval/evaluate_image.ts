import type { CocoAnnotation, CocoResult } from "./coco.ts";
import { crowdIou } from "./crowd_iou.ts";
import { type AreaRange, IOU_THRESHOLDS, MAX_RESULTS } from "./protocol.ts";

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
 * import { imagePair } from "./evaluate_image.ts";
 * import { judgeImage } from "./evaluate_image.ts";
 * import { Outcome } from "./evaluate_image.ts";
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

/** An overlap of 1 must be able to reach a threshold of 1 in spite of rounding (COCO, `evaluateImg`). */
const HIGHEST_THRESHOLD = 1 - 1e-10;

/**
 * Gives each result the truth that it finds (COCO, `evaluateImg`).
 *
 * The results choose in turn, best score first. Each takes the free truth that it overlaps most,
 * the last of equals. A truth that counts goes before any that is ignored, however small the
 * overlap; a crowd is never used up.
 *
 * @param pair `G` truths and `D` results of one category in one image.
 * @param ignored `[G]` whether a truth is left out of the count; true for every crowd.
 * @param threshold Least overlap, 0 to 1, reached when equal.
 * @returns `[D]` row of the truth in `pair.truths`, or −1 for none.
 *
 * @example
 * ```ts
 * import { assignTruths } from "./evaluate_image.ts";
 * import { imagePair } from "./evaluate_image.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] } as const;
 * const pair = imagePair(
 *   [{ ...box, id: 1, area: 100, iscrowd: 0 }],
 *   [{ ...box, score: 0.5 }, { ...box, score: 0.9 }],
 * );
 * const rows = assignTruths(pair, [false], 0.5);
 * if (rows.join() !== "0,-1") throw new Error("the better of two equal boxes finds the object");
 * ```
 */
export function assignTruths(
  pair: ImagePair,
  ignored: readonly boolean[],
  threshold: number,
): Int32Array {
  const order = countedFirst(ignored);
  const taken = new Set<number>();
  return Int32Array.from(pair.results, (_, row) => {
    const isFree = (truth: number) => !taken.has(truth) || pair.truths[truth].iscrowd === 1;
    const found = bestTruth(pair, row, order.filter(isFree), ignored, threshold);
    if (found >= 0) taken.add(found);
    return found;
  });
}

/** Rows of the truths, those that count before those that do not. */
function countedFirst(ignored: readonly boolean[]): number[] {
  return [...ignored.keys()].sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
}

/** The truth of `free` that a result overlaps most, or −1 if it overlaps none enough. */
function bestTruth(
  pair: ImagePair,
  row: number,
  free: readonly number[],
  ignored: readonly boolean[],
  threshold: number,
): number {
  let best = -1;
  let highest = Math.min(threshold, HIGHEST_THRESHOLD);
  for (const truth of free) {
    if (best >= 0 && !ignored[best] && ignored[truth]) break;
    const iou = pair.ious[row * pair.truths.length + truth];
    if (iou < highest) continue;
    highest = iou;
    best = truth;
  }
  return best;
}

/** Truth and results of one category in one image. */
export interface ImagePair {
  /** `[G]` In the order of the data set. */
  readonly truths: readonly CocoAnnotation[];
  /** `[D]` Best first, at most {@linkcode MAX_RESULTS}. */
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
  const best = results.toSorted((a, b) => b.score - a.score).slice(0, MAX_RESULTS);
  const ious = best.flatMap((result) =>
    truths.map((truth) => crowdIou(result.bbox, truth.bbox, truth.iscrowd === 1))
  );
  return { truths, results: best, ious: Float64Array.from(ious) };
}

/** What became of a result. */
export const Outcome = {
  /** It found nothing that counts: a false positive. */
  miss: 0,
  /** It found an object that counts: a true positive. */
  hit: 1,
  /** It is neither, since what it found, or its own area, is outside the measurement. */
  ignored: 2,
} as const;
