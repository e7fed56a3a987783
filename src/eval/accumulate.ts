import { type ImageOutcomes, Outcome } from "./evaluate_image.ts";
import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from "./protocol.ts";

/** Precision and recall at one IoU threshold, measured on results (detections) ranked by score. */
export interface RankingCurve {
  /** Precision, 0 to 1, at each recall in {@linkcode RECALL_THRESHOLDS}. */
  readonly precision: Float64Array;
  /** Highest recall that the results reach, 0 to 1. */
  readonly recall: number;
}

/**
 * Computes the precision-recall curves of one category in one area range (pycocotools,
 * `COCOeval.accumulate`).
 *
 * @param images Images in ascending order of their ids.
 * @param limit Maximum number of results per image. Results beyond the limit are ignored.
 * @returns One curve per IoU threshold in {@linkcode IOU_THRESHOLDS}. Empty if no annotated object
 *   lies in the area range. Crowds (several objects annotated as one) do not count as objects.
 */
export function accumulate(
  images: readonly ImageOutcomes[],
  limit: number,
): readonly RankingCurve[] {
  const truthCount = images.reduce((sum, image) => sum + image.truthCount, 0);
  if (truthCount === 0) return [];
  return rankResults(images, limit).map((outcomes) => rankingCurve(outcomes, truthCount));
}

/**
 * Merges the results of all images into one ranking, best score first.
 *
 * Results with equal scores keep the order of the images, then the order of the results within an
 * image.
 *
 * @param images Outcomes of each image for one category and one area range, in ascending order of
 *   the image ids.
 * @param limit Maximum number of results per image. Results beyond the limit are ignored.
 * @returns One array per IoU threshold, with the {@linkcode Outcome} of each result in the order of
 *   the ranking.
 */
function rankResults(images: readonly ImageOutcomes[], limit: number): Uint8Array[] {
  const ranked = images
    .flatMap(({ scores, outcomes }) =>
      scores.slice(0, limit).map((score, row) => ({ score, outcomes, row }))
    )
    .sort((a, b) => b.score - a.score);
  return IOU_THRESHOLDS.map((_, t) =>
    Uint8Array.from(ranked, ({ outcomes, row }) => outcomes[t]![row]!)
  );
}

/**
 * Computes the precision-recall curve of a ranking.
 *
 * @param outcomes {@linkcode Outcome} of each result, best score first.
 * @param truthCount Number of annotated objects to find, at least 1.
 *
 * @example
 * ```ts
 * import { rankingCurve } from "./accumulate.ts";
 * import { Outcome } from "./evaluate_image.ts";
 *
 * const { precision, recall } = rankingCurve(Uint8Array.of(Outcome.miss, Outcome.hit), 2);
 * // The only hit is the second of 2 results, and finds 1 of 2 truths.
 * if (recall !== 0.5) throw new Error(`recall is ${recall}`);
 * if (precision[50] !== 0.5) throw new Error(`precision at recall .50 is ${precision[50]}`);
 * if (precision[51] !== 0) throw new Error(`precision at recall .51 is ${precision[51]}`);
 * ```
 */
export function rankingCurve(outcomes: Uint8Array, truthCount: number): RankingCurve {
  const precision = new Float64Array(outcomes.length);
  const recall = new Float64Array(outcomes.length);
  let hits = 0;
  let misses = 0;
  outcomes.forEach((outcome, rank) => {
    if (outcome === Outcome.hit) hits++;
    if (outcome === Outcome.miss) misses++;
    // pycocotools adds epsilon to avoid 0 / 0 before the first hit or miss. A side effect is that a
    // precision of 1 becomes 0.9999999999999998.
    precision[rank] = hits / (misses + hits + Number.EPSILON);
    recall[rank] = hits / truthCount;
  });
  return {
    precision: samplePrecision(recall, precisionEnvelope(precision)),
    recall: recall.at(-1) ?? 0,
  };
}

/**
 * Replaces each precision by the highest precision at the same or a later rank.
 *
 * Precision goes up and down along the ranking, while recall only grows. The replacement gives, for
 * each recall, the best precision at this or a higher recall (PASCAL VOC 2010; pycocotools,
 * `COCOeval.accumulate`).
 *
 * @param precision Precision after each result of the ranking.
 * @returns Precision for each rank; never rises from one rank to the next.
 *
 * @example
 * ```ts
 * import { precisionEnvelope } from "./accumulate.ts";
 *
 * const envelope = precisionEnvelope(Float64Array.of(1, 0.5, 0.75, 0.25));
 * if (envelope.join() !== "1,0.75,0.75,0.25") throw new Error(envelope.join());
 * ```
 */
export function precisionEnvelope(precision: Float64Array): Float64Array {
  const envelope = precision.slice();
  for (let rank = envelope.length - 2; rank >= 0; rank--) {
    envelope[rank] = Math.max(envelope[rank]!, envelope[rank + 1]!);
  }
  return envelope;
}

/**
 * Reads the precision at each recall in {@linkcode RECALL_THRESHOLDS}.
 *
 * The first rank that reaches a recall threshold gives the precision at this threshold. If no rank
 * reaches the threshold, the precision is 0.
 *
 * @param recall Recall after each result of the ranking; never falls.
 * @param precision Precision after each result of the ranking.
 * @returns Precision at each recall threshold.
 *
 * @example
 * ```ts
 * import { samplePrecision } from "./accumulate.ts";
 *
 * const sampled = samplePrecision(Float64Array.of(0.25, 0.5), Float64Array.of(1, 0.75));
 * // Rank 1 reaches recall .25, rank 2 reaches .50, and no rank reaches .51.
 * const found = [25, 26, 50, 51].map((threshold) => sampled[threshold]);
 * if (found.join() !== "1,0.75,0.75,0") throw new Error(found.join());
 * ```
 */
export function samplePrecision(recall: Float64Array, precision: Float64Array): Float64Array {
  let rank = 0;
  return Float64Array.from(RECALL_THRESHOLDS, (threshold) => {
    while (rank < recall.length && recall[rank]! < threshold) rank++;
    return precision[rank] ?? 0;
  });
}
