import type { ImageOutcomes } from "./evaluate_image.ts";
import { type RankingCurve, rankingCurve } from "./ranking_curve.ts";
import { rankResults } from "./rank_results.ts";

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
