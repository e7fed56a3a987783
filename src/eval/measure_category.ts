import { accumulate, type RankingCurve } from "./accumulate.ts";
import type { CocoAnnotation, CocoResult } from "./coco.ts";
import { imagePair, judgeImage } from "./evaluate_image.ts";
import { AREA_RANGES, MAX_RESULTS } from "./protocol.ts";

/** `[T]` A curve per IoU threshold, or nothing where no truth counts. */
export type Curves = readonly RankingCurve[];

/** One category, measured in every way that a figure asks for. */
export interface CategoryCurves {
  /** All areas, the best result per image. */
  readonly all1: Curves;
  /** All areas, the best 10 results per image. */
  readonly all10: Curves;
  /** All areas, the best 100 results per image. */
  readonly all100: Curves;
  /** Small objects, the best 100 results per image. */
  readonly small: Curves;
  /** Medium objects, the best 100 results per image. */
  readonly medium: Curves;
  /** Large objects, the best 100 results per image. */
  readonly large: Curves;
}

/**
 * Measures one category over the images.
 *
 * @param truths Of this category; those of other images are left out.
 * @param results Of this category; those of other images are left out.
 * @param imageIds Rising, without repeats.
 */
export function measureCategory(
  truths: readonly CocoAnnotation[],
  results: readonly CocoResult[],
  imageIds: readonly number[],
): CategoryCurves {
  const truthsOf = Map.groupBy(truths, (truth) => truth.image_id);
  const resultsOf = Map.groupBy(results, (result) => result.image_id);
  // Most categories are in few of the images, and the others add nothing.
  const pairs = imageIds
    .filter((id) => truthsOf.has(id) || resultsOf.has(id))
    .map((id) => imagePair(truthsOf.get(id) ?? [], resultsOf.get(id) ?? []));
  const judge = (range: keyof typeof AREA_RANGES) =>
    pairs.map((pair) => judgeImage(pair, AREA_RANGES[range]));

  const all = judge("all");
  return {
    all1: accumulate(all, 1),
    all10: accumulate(all, 10),
    all100: accumulate(all, MAX_RESULTS),
    small: accumulate(judge("small"), MAX_RESULTS),
    medium: accumulate(judge("medium"), MAX_RESULTS),
    large: accumulate(judge("large"), MAX_RESULTS),
  };
}
