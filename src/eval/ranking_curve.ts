import { Outcome } from "./outcome.ts";
import { precisionEnvelope } from "./precision_envelope.ts";
import { samplePrecision } from "./sample_precision.ts";

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
 * import { Outcome } from "./outcome.ts";
 * import { rankingCurve } from "./ranking_curve.ts";
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
