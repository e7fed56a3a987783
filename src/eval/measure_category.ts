import { accumulate, type RankingCurve } from "./accumulate.ts";
import type { CocoAnnotation, CocoResult } from "./coco.ts";
import { evaluateImage, imagePair } from "./evaluate_image.ts";
import { AREA_RANGES, MAX_RESULTS } from "./protocol.ts";

/**
 * Precision-recall curves, one per IoU threshold. Empty if there is no annotated object to find.
 */
export type Curves = readonly RankingCurve[];

/**
 * Curves of one category, for each combination of area range and result limit that COCO's figures
 * use.
 */
export interface CategoryCurves {
  /** All areas, best result per image. */
  readonly all1: Curves;
  /** All areas, best 10 results per image. */
  readonly all10: Curves;
  /** Curves for objects of all areas, with the 100 best results of each image. */
  readonly all100: Curves;
  /** Curves for small objects only, with the 100 best results of each image. */
  readonly small: Curves;
  /** Curves for medium objects only, with the 100 best results of each image. */
  readonly medium: Curves;
  /** Curves for large objects only, with the 100 best results of each image. */
  readonly large: Curves;
}

/**
 * Computes the precision-recall curves of one category over the given images.
 *
 * @param truths Annotated objects of the category. Objects in images outside `imageIds` are
 *   ignored.
 * @param results Detections of the category. Detections in images outside `imageIds` are ignored.
 * @param imageIds Ids in ascending order, without repeats.
 */
export function measureCategory(
  truths: readonly CocoAnnotation[],
  results: readonly CocoResult[],
  imageIds: readonly number[],
): CategoryCurves {
  const truthsOf = Map.groupBy(truths, (truth) => truth.image_id);
  const resultsOf = Map.groupBy(results, (result) => result.image_id);
  // Most categories occur in few images. An image without truths and results adds nothing.
  const pairs = imageIds
    .filter((id) => truthsOf.has(id) || resultsOf.has(id))
    .map((id) => imagePair(truthsOf.get(id) ?? [], resultsOf.get(id) ?? []));
  const evaluateAll = (range: keyof typeof AREA_RANGES) =>
    pairs.map((pair) => evaluateImage(pair, AREA_RANGES[range]));

  const all = evaluateAll("all");
  return {
    all1: accumulate(all, 1),
    all10: accumulate(all, 10),
    all100: accumulate(all, MAX_RESULTS),
    small: accumulate(evaluateAll("small"), MAX_RESULTS),
    medium: accumulate(evaluateAll("medium"), MAX_RESULTS),
    large: accumulate(evaluateAll("large"), MAX_RESULTS),
  };
}
