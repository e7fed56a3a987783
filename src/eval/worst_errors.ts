import type { CocoAnnotation, CocoResult } from "./coco.ts";
import type { CategoryMatches } from "./match_category.ts";

/** False positive: a result (detection) that matches no annotated object. */
export interface FalsePositive {
  /** Name of the category of the result. */
  readonly label: string;
  /** Result that matches no annotated object. */
  readonly result: CocoResult;
}

/** Miss: an annotated object that no result above the score threshold has found. */
export interface Miss {
  /** Name of the category of the object. */
  readonly label: string;
  /** Object that was not found. */
  readonly truth: CocoAnnotation;
}

/** Lists the false positives above a score threshold, highest score first. */
export function falsePositives(
  categories: readonly CategoryMatches[],
  threshold: number,
): FalsePositive[] {
  return categories.flatMap(({ label, results }) =>
    results.filter(({ result, truth }) => truth === undefined && result.score > threshold)
      .map(({ result }) => ({ label, result }))
  ).sort((a, b) => b.result.score - a.result.score);
}

/** Lists the objects that no result above a score threshold found, largest first. */
export function misses(categories: readonly CategoryMatches[], threshold: number): Miss[] {
  return categories.flatMap(({ label, results, truths }) => {
    const found = new Set(
      results.filter(({ result }) => result.score > threshold).map(({ truth }) => truth?.id),
    );
    return truths.filter(({ id }) => !found.has(id)).map((truth) => ({ label, truth }));
  }).sort((a, b) => b.truth.area - a.truth.area);
}
