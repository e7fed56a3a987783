import { RECALL_THRESHOLDS } from "./protocol.ts";

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
 * import { samplePrecision } from "./sample_precision.ts";
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
