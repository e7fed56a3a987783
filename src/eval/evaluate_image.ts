import type { CocoAnnotation, CocoResult } from "./coco.ts";
import { crowdIou } from "./crowd_iou.ts";
import { type AreaRange, IOU_THRESHOLDS, MAX_RESULTS } from "./protocol.ts";

/** Possible outcomes of a result (a detection) at one IoU threshold. */
export const Outcome = {
  /** False positive: the result matches no annotated object. */
  miss: 0,
  /** True positive: the result matches an annotated object in the area range. */
  hit: 1,
  /**
   * Neither hit nor miss. The result matches a crowd (several objects annotated as one), or an
   * object outside the area range. A result that matches no object is also ignored if its own area
   * is outside the area range.
   */
  ignored: 2,
} as const;

/** Truths (annotated objects) and results (detections) of one category in one image. */
export interface ImagePair {
  /** `[truths]` Annotated objects, in the order of the data set. */
  readonly truths: readonly CocoAnnotation[];
  /** `[results]` Detections, best score first; at most {@linkcode MAX_RESULTS}. */
  readonly results: readonly CocoResult[];
  /**
   * `[results, truths]` IoU of each result (detection) with each truth (annotated object), 0 to 1.
   */
  readonly ious: Float64Array;
}

/** Outcomes of all results (detections) of one category in one image, for one area range. */
export interface ImageOutcomes {
  /** Score of each result, best first. */
  readonly scores: readonly number[];
  /** One array per IoU threshold, with the {@linkcode Outcome} of each result. */
  readonly outcomes: readonly Uint8Array[];
  /** Number of annotated objects to find: all except crowds and objects outside the area range. */
  readonly truthCount: number;
}

/**
 * Largest IoU that a match can require. This maximum is slightly below 1, because rounding can make
 * a perfect IoU slightly smaller than 1 (pycocotools, `COCOeval.evaluateImg`).
 */
const MAX_THRESHOLD = 1 - 1e-10;

/**
 * Computes the IoU of each result (detection) with each truth (annotated object), for one category
 * in one image.
 *
 * Only the best {@linkcode MAX_RESULTS} results are used. Results of equal score keep their order,
 * as in pycocotools.
 *
 * @param truths Truths (annotated objects) of one category in one image.
 * @param results Results (detections) of the same category and image, in any order.
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

/**
 * Classifies each result (detection) as hit, miss or ignored at every IoU threshold (pycocotools,
 * `COCOeval.evaluateImg`).
 *
 * A result is ignored if it matches a crowd (several objects annotated as one), or an object
 * outside the area range. A result without a match is ignored if its own area is outside the area
 * range.
 *
 * @param pair Truths and results of one category in one image.
 * @param range Area range. Annotated objects with an area outside this range do not count.
 *
 * @example
 * ```ts
 * import { evaluateImage, imagePair, Outcome } from "./evaluate_image.ts";
 * import { AREA_RANGES } from "./protocol.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] } as const;
 * const pair = imagePair([{ ...box, id: 1, area: 90, iscrowd: 0 }], [{ ...box, score: 1 }]);
 * // The truth has 90 px², which is small.
 * const small = evaluateImage(pair, AREA_RANGES.small);
 * if (small.outcomes[0]?.[0] !== Outcome.hit) throw new Error("not a hit among small objects");
 * const large = evaluateImage(pair, AREA_RANGES.large);
 * if (large.outcomes[0]?.[0] !== Outcome.ignored) throw new Error("not ignored among large ones");
 * ```
 */
export function evaluateImage(pair: ImagePair, range: AreaRange): ImageOutcomes {
  const ignored = pair.truths.map((truth) => truth.iscrowd === 1 || isOutside(truth.area, range));
  const unmatched = pair.results.map(({ bbox: [, , width, height] }) =>
    isOutside(width * height, range) ? Outcome.ignored : Outcome.miss
  );
  const outcomes = IOU_THRESHOLDS.map((threshold) =>
    Uint8Array.from(assignTruths(pair, ignored, threshold), (truth, row) => {
      if (truth < 0) return unmatched[row]!;
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
  return area < range.min || area > range.max;
}

/**
 * Matches each result (detection) with at most one truth (annotated object), as pycocotools does
 * (`COCOeval.evaluateImg`).
 *
 * Results with better scores choose first. Each result takes the truth with the highest IoU that no
 * earlier result has taken. If several truths have the same highest IoU, the result takes the last
 * of these truths. A result prefers a truth that is not ignored, even if an ignored truth has a
 * higher IoU. Any number of results can take the same crowd (`iscrowd`).
 *
 * @param pair Truths and results of one category in one image.
 * @param ignored True for each truth to ignore. Always true for crowds.
 * @param threshold Lowest IoU of a match, 0 to 1. An equal IoU is a match.
 * @returns For each result, the index of its truth in `pair.truths`, or −1 for none.
 *
 * @example
 * ```ts
 * import { assignTruths, imagePair } from "./evaluate_image.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] } as const;
 * const pair = imagePair(
 *   [{ ...box, id: 1, area: 100, iscrowd: 0 }],
 *   [{ ...box, score: 0.5 }, { ...box, score: 0.9 }],
 * );
 * // The result of score 0.9 comes first and takes the only truth.
 * const rows = assignTruths(pair, [false], 0.5);
 * if (rows.join() !== "0,-1") throw new Error(rows.join());
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
    const isFree = (truth: number) => !taken.has(truth) || pair.truths[truth]!.iscrowd === 1;
    const truth = bestTruth(pair, row, order.filter(isFree), ignored, threshold);
    if (truth >= 0) taken.add(truth);
    return truth;
  });
}

/**
 * Returns the indices of all truths (annotated objects): first the truths that are not ignored,
 * then the ignored truths.
 */
function countedFirst(ignored: readonly boolean[]): number[] {
  return [...ignored.keys()].sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
}

/**
 * Returns the index of the truth (annotated object) that a result takes, or −1 if no IoU reaches
 * the threshold.
 *
 * @param row Index of the result in `pair.results`.
 * @param free Indices of the truths to choose from, in the order of {@linkcode countedFirst}.
 */
function bestTruth(
  pair: ImagePair,
  row: number,
  free: readonly number[],
  ignored: readonly boolean[],
  threshold: number,
): number {
  let best = -1;
  let highest = Math.min(threshold, MAX_THRESHOLD);
  for (const truth of free) {
    if (best >= 0 && !ignored[best] && ignored[truth]) break;
    const iou = pair.ious[row * pair.truths.length + truth]!;
    if (iou < highest) continue;
    highest = iou;
    best = truth;
  }
  return best;
}
