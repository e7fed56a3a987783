import type { CategoryMatches } from "./match_category.ts";
import { mean } from "./summarize.ts";

/** Results (detections) whose scores lie in one tenth of the range from 0 to 1. */
export interface ScoreBin {
  /** Start of the range. A score of exactly this value belongs to the range. */
  readonly from: number;
  /** End of the range. Only the last range includes its end, 1. */
  readonly to: number;
  /** Number of results. */
  readonly results: number;
  /** Share of correct results, 0 to 1. −1 if there is no result. */
  readonly precision: number;
  /** Mean score. −1 if there is no result. */
  readonly meanScore: number;
}

const BINS = 10;

/**
 * Divides results by score into ten bins, and measures the share of correct results in each bin.
 *
 * A score is a calibrated probability if the share equals the mean score in every bin ("On
 * Calibration of Modern Neural Networks", 2017, section 2).
 *
 * @param categories Categories whose results are put together.
 * @returns Ten bins, from the lowest scores to the highest.
 *
 * @example
 * ```ts
 * import { scoreBins } from "./score_bins.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 9, 9] } as const;
 * const truth = { ...box, id: 1, area: 81, iscrowd: 0 } as const;
 * const results = [
 *   { result: { ...box, score: 0.92 }, truth },
 *   { result: { ...box, score: 0.98 } },
 * ];
 * const bin = scoreBins([{ label: "cat", results, truths: [truth] }]).at(-1);
 * if (bin?.results !== 2 || bin.precision !== 0.5) throw new Error(JSON.stringify(bin));
 * ```
 */
export function scoreBins(categories: readonly CategoryMatches[]): ScoreBin[] {
  const matches = categories.flatMap(({ results }) => results);
  const matchesOf = Map.groupBy(matches, ({ result }) => binOf(result.score));
  return Array.from({ length: BINS }, (_, index) => {
    const inBin = matchesOf.get(index) ?? [];
    return {
      from: index / BINS,
      to: (index + 1) / BINS,
      results: inBin.length,
      precision: mean(inBin.map(({ truth }) => truth === undefined ? 0 : 1)),
      meanScore: mean(inBin.map(({ result }) => result.score)),
    };
  });
}

function binOf(score: number): number {
  return Math.min(Math.floor(score * BINS), BINS - 1);
}
