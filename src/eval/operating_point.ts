import type { CategoryMatches } from "./match_category.ts";

/** Quality of the results above a score threshold. */
export interface OperatingPoint {
  /** Score threshold. Results (detections) with a higher score are reported. */
  readonly threshold: number;
  /** Share of correct results among the reported results. −1 if nothing is reported. */
  readonly precision: number;
  /** Share of the annotated objects that were found. −1 if there is no object. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. −1 if nothing is reported and there is no object. */
  readonly f1: number;
  /** Number of reported results. */
  readonly reported: number;
  /** Number of annotated objects. */
  readonly objects: number;
}

/** Score thresholds that {@linkcode bestThreshold} tries: .01, .02, … .99. */
const THRESHOLDS = Array.from({ length: 99 }, (_, index) => (index + 1) / 100);

/**
 * Measures precision, recall and F1 of the results above a score threshold.
 *
 * @param categories Categories whose results and objects are added up: one category, or all.
 *
 * @example
 * ```ts
 * import { operatingPoint } from "./operating_point.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 9, 9] } as const;
 * const truth = { ...box, id: 1, area: 81, iscrowd: 0 } as const;
 * const results = [
 *   { result: { ...box, score: 0.9 }, truth },
 *   { result: { ...box, score: 0.4 } },
 * ];
 * const cats = { label: "cat", results, truths: [truth, { ...truth, id: 2 }] };
 * const { precision, recall } = operatingPoint([cats], 0.3);
 * // One of two results is correct, and one of two cats was found.
 * if (precision !== 0.5 || recall !== 0.5) throw new Error(`${precision}, ${recall}`);
 * ```
 */
export function operatingPoint(
  categories: readonly CategoryMatches[],
  threshold: number,
): OperatingPoint {
  let [reported, hits, objects] = [0, 0, 0];
  for (const { results, truths } of categories) {
    objects += truths.length;
    for (const { result, truth } of results) {
      if (result.score <= threshold) continue;
      reported++;
      if (truth !== undefined) hits++;
    }
  }
  return {
    threshold,
    precision: share(hits, reported),
    recall: share(hits, objects),
    f1: share(2 * hits, reported + objects),
    reported,
    objects,
  };
}

/**
 * Finds the score threshold with the highest F1, in steps of .01. If several thresholds have the
 * highest F1, returns the highest of these thresholds.
 */
export function bestThreshold(categories: readonly CategoryMatches[]): OperatingPoint {
  return THRESHOLDS.map((threshold) => operatingPoint(categories, threshold))
    .reduce((best, point) => point.f1 >= best.f1 ? point : best);
}

function share(part: number, whole: number): number {
  return whole === 0 ? -1 : part / whole;
}
