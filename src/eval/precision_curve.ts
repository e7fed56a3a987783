import type { CategoryMatches } from "./match_category.ts";

/** Point of a precision-recall curve. */
export interface CurvePoint {
  /** Lowest score of the results that are counted. */
  readonly score: number;
  /** Share of the annotated objects that were found. */
  readonly recall: number;
  /** Share of correct results among the results that are counted. */
  readonly precision: number;
}

/**
 * Returns precision and recall of one category after each result, best score first. Results with
 * equal scores give one point.
 *
 * @returns Empty if there is no annotated object.
 */
export function precisionCurve({ results, truths }: CategoryMatches): CurvePoint[] {
  if (truths.length === 0) return [];
  const ranked = results.toSorted((a, b) => b.result.score - a.result.score);
  let hits = 0;
  return ranked.flatMap(({ result: { score }, truth }, rank) => {
    if (truth !== undefined) hits++;
    if (ranked[rank + 1]?.result.score === score) return [];
    return [{ score, recall: hits / truths.length, precision: hits / (rank + 1) }];
  });
}
