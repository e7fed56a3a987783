import { checkInput } from "./check_input.ts";
import type { CocoDataset, CocoResult } from "./coco.ts";
import { type CategoryCurves, measureCategory } from "./measure_category.ts";
import { averagePrecision, averageRecall } from "./summarize.ts";

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions {
  /** Ids of the images to evaluate, in any order. Unset: all images of the data set. */
  readonly imageIds?: readonly number[] | undefined;
}

/**
 * Figures of one category, each 0 to 1. All figures are −1 if the category has no annotated object.
 */
export interface CategoryFigures {
  /** Name of the category. */
  readonly label: string;
  /** Average precision, mean over the IoU thresholds .50 to .95. */
  readonly ap: number;
  /** Average precision at IoU .50. */
  readonly ap50: number;
}

/**
 * COCO's twelve figures of merit, each 0 to 1. A figure is −1 if the data set has no annotated
 * object that counts for this figure.
 */
export interface CocoFigures {
  /** Average precision, mean over the IoU thresholds .50 to .95. */
  readonly ap: number;
  /** Average precision at IoU .50. */
  readonly ap50: number;
  /** Average precision at IoU .75. */
  readonly ap75: number;
  /** `ap` of objects with an area of at most 32² px. */
  readonly apSmall: number;
  /** `ap` of objects with an area of 32² to 96² px. */
  readonly apMedium: number;
  /** `ap` of objects with an area of 96² px or more. */
  readonly apLarge: number;
  /** Average recall if only the best result per image and category counts. */
  readonly ar1: number;
  /** Average recall if only the best 10 results per image and category count. */
  readonly ar10: number;
  /** Average recall if only the best 100 results per image and category count. */
  readonly ar100: number;
  /** `ar100` of objects with an area of at most 32² px. */
  readonly arSmall: number;
  /** `ar100` of objects with an area of 32² to 96² px. */
  readonly arMedium: number;
  /** `ar100` of objects with an area of 96² px or more. */
  readonly arLarge: number;
  /** Figures of each category, in ascending order of the category ids. */
  readonly perCategory: readonly CategoryFigures[];
}

/**
 * Compares results (detections) with the truth (annotated objects) and computes COCO's figures, as
 * pycocotools 2.0.11 does (`COCOeval`, `iouType="bbox"`).
 *
 * At most the 100 best results per image and category count. Results of categories that `truth`
 * does not list are ignored. Categories without annotated objects do not count in the twelve
 * figures.
 *
 * @param results Detections in any order. If two detections in one image have equal scores, the
 *   earlier detection ranks first.
 * @throws {RangeError} If an annotation id or a category id is repeated, an annotation has the id
 *   0, a result names an image that `truth` does not have, or a box or a score is not finite.
 *
 * @example
 * ```ts
 * import { evaluate } from "./evaluate.ts";
 *
 * const truth = {
 *   images: [{ id: 1, file_name: "cat.jpg", width: 640, height: 480 }],
 *   categories: [{ id: 17, name: "cat" }],
 *   annotations: [
 *     { id: 1, image_id: 1, category_id: 17, bbox: [0, 0, 100, 100], area: 9000, iscrowd: 0 },
 *   ],
 * } as const;
 * const result = { image_id: 1, category_id: 17, bbox: [0, 0, 100, 72], score: 0.9 } as const;
 * const { ap, ap75, apSmall } = evaluate(truth, [result]);
 * // An IoU of .72 reaches 5 of the 10 thresholds: .50, .55, .60, .65 and .70.
 * if (Math.abs(ap - 0.5) > 1e-12 || ap75 !== 0) throw new Error(`ap is ${ap}, ap75 is ${ap75}`);
 * // There is no small object.
 * if (apSmall !== -1) throw new Error(`apSmall is ${apSmall}`);
 * ```
 */
export function evaluate(
  truth: CocoDataset,
  results: readonly CocoResult[],
  options: EvaluateOptions = {},
): CocoFigures {
  checkInput(truth, results);
  const categories = measureCategories(truth, results, options);
  const curvesOf = (view: keyof CategoryCurves) => categories.map(({ curves }) => curves[view]);
  return {
    ap: averagePrecision(curvesOf("all100")),
    ap50: averagePrecision(curvesOf("all100"), 0.5),
    ap75: averagePrecision(curvesOf("all100"), 0.75),
    apSmall: averagePrecision(curvesOf("small")),
    apMedium: averagePrecision(curvesOf("medium")),
    apLarge: averagePrecision(curvesOf("large")),
    ar1: averageRecall(curvesOf("all1")),
    ar10: averageRecall(curvesOf("all10")),
    ar100: averageRecall(curvesOf("all100")),
    arSmall: averageRecall(curvesOf("small")),
    arMedium: averageRecall(curvesOf("medium")),
    arLarge: averageRecall(curvesOf("large")),
    perCategory: categories.map(({ label, curves: { all100 } }) => ({
      label,
      ap: averagePrecision([all100]),
      ap50: averagePrecision([all100], 0.5),
    })),
  };
}

/**
 * Computes the precision-recall curves of each category, in ascending order of the category ids.
 */
function measureCategories(
  truth: CocoDataset,
  results: readonly CocoResult[],
  options: EvaluateOptions,
): { readonly label: string; readonly curves: CategoryCurves }[] {
  const wanted = options.imageIds ?? truth.images.map((image) => image.id);
  // Ascending, because results of equal score are ranked in the order of their images.
  const imageIds = [...new Set(wanted)].sort((a, b) => a - b);
  const truthsOf = Map.groupBy(truth.annotations, (annotation) => annotation.category_id);
  const resultsOf = Map.groupBy(results, (result) => result.category_id);
  return truth.categories.toSorted((a, b) => a.id - b.id).map(({ id, name }) => ({
    label: name,
    curves: measureCategory(truthsOf.get(id) ?? [], resultsOf.get(id) ?? [], imageIds),
  }));
}
