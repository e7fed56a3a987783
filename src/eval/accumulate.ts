import { type ImageOutcomes, Outcome } from "./evaluate_image.ts";
import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from "./protocol.ts";

/**
 * Draws the curves of one category in one area range (COCO, `accumulate`).
 *
 * @param images By rising image id.
 * @param limit Most results of one image.
 * @returns `[T]` a curve per IoU threshold, or nothing where no truth counts.
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
 * Lifts each precision to the highest one at the same or a later rank.
 *
 * Precision zigzags as results are added; the envelope never rises, so that it says which precision
 * a recall can be had at (PASCAL VOC 2010; COCO, `accumulate`).
 *
 * @param precision `[N]` by rank.
 * @returns `[N]`, never rising.
 *
 * @example
 * ```ts
 * import { precisionEnvelope } from "./accumulate.ts";
 *
 * const envelope = precisionEnvelope(Float64Array.of(1, 0.5, 0.75, 0.25));
 * if (envelope.join() !== "1,0.75,0.75,0.25") throw new Error("the dip at rank 2 is filled");
 * ```
 */
export function precisionEnvelope(precision: Float64Array): Float64Array {
  const envelope = precision.slice();
  for (let rank = envelope.length - 2; rank >= 0; rank--) {
    envelope[rank] = Math.max(envelope[rank], envelope[rank + 1]);
  }
  return envelope;
}

/**
 * Merges the results of all images into one ranking, best score first (COCO, `accumulate`).
 *
 * Equal scores keep the order of the images, and within an image that of its results.
 *
 * @param images One category in one area range, by rising image id.
 * @param limit Most results of one image.
 * @returns `[T][N]` an {@linkcode Outcome} per IoU threshold and rank.
 */
export function rankResults(images: readonly ImageOutcomes[], limit: number): Uint8Array[] {
  const ranked = images
    .flatMap(({ scores, outcomes }) =>
      scores.slice(0, limit).map((score, row) => ({ score, outcomes, row }))
    )
    .sort((a, b) => b.score - a.score);
  return IOU_THRESHOLDS.map((_, t) =>
    Uint8Array.from(ranked, ({ outcomes, row }) => outcomes[t][row])
  );
}

/** What a ranking of results reaches at one IoU threshold. */
export interface RankingCurve {
  /** `[R]` Precision at each recall threshold, 0 to 1. */
  readonly precision: Float64Array;
  /** Highest recall, 0 to 1. */
  readonly recall: number;
}

/**
 * Walks a ranking and keeps count of precision and recall (COCO, `accumulate`).
 *
 * @param outcomes `[N]` an {@linkcode Outcome} per result, best score first.
 * @param truthCount Truths that count, at least 1.
 *
 * @example
 * ```ts
 * import { Outcome } from "./evaluate_image.ts";
 * import { rankingCurve } from "./accumulate.ts";
 *
 * const curve = rankingCurve(Uint8Array.of(Outcome.miss, Outcome.hit), 2);
 * if (curve.recall !== 0.5) throw new Error("1 of 2 truths is found");
 * if (curve.precision[50] !== 0.5) throw new Error("1 of 2 results is right");
 * if (curve.precision[51] !== 0) throw new Error("recall .51 is never reached");
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
    // The reference adds this so as not to divide by 0 before the first hit or miss; a precision
    // of 1 becomes 0.9999999999999998 by it.
    precision[rank] = hits / (misses + hits + Number.EPSILON);
    recall[rank] = hits / truthCount;
  });
  return {
    precision: samplePrecision(recall, precisionEnvelope(precision)),
    recall: recall.at(-1) ?? 0,
  };
}

/**
 * Reads precision off at each recall threshold (COCO, `accumulate`).
 *
 * A threshold takes the first rank whose recall reaches it, equality included, and 0 where no rank
 * does.
 *
 * @param recall `[N]` by rank, never falling.
 * @param precision `[N]` by rank.
 * @returns `[R]` precision at each of {@linkcode RECALL_THRESHOLDS}.
 *
 * @example
 * ```ts
 * import { samplePrecision } from "./accumulate.ts";
 *
 * const sampled = samplePrecision(Float64Array.of(0.25, 0.5), Float64Array.of(1, 0.75));
 * if (sampled[25] !== 1 || sampled[26] !== 0.75) throw new Error("recall .25 is reached at rank 1");
 * if (sampled[50] !== 0.75 || sampled[51] !== 0) throw new Error("recall .51 is never reached");
 * ```
 */
export function samplePrecision(recall: Float64Array, precision: Float64Array): Float64Array {
  let rank = 0;
  return Float64Array.from(RECALL_THRESHOLDS, (threshold) => {
    while (rank < recall.length && recall[rank] < threshold) rank++;
    return rank < precision.length ? precision[rank] : 0;
  });
}
