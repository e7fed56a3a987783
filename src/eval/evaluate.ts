import { averagePrecision, averageRecall } from "./summarize.ts";
import { checkInput } from "./check_input.ts";
import type { CocoDataset, CocoResult } from "./coco.ts";
import { type CategoryCurves, measureCategory } from "./measure_category.ts";

/** What {@linkcode evaluate} may be told beside the data. */
export interface EvaluateOptions {
  /** The images to look at, in any order; without it all images of the truth. */
  readonly imageIds?: readonly number[];
}

/** The figures of one category. */
export interface CategoryFigures {
  /** The category's name. */
  readonly label: string;
  /** Average precision over the IoU thresholds .50 to .95. */
  readonly ap: number;
  /** Average precision at IoU .50. */
  readonly ap50: number;
}

/** COCO's twelve figures, 0 to 1 each, or −1 where the truth holds nothing to measure. */
export interface CocoFigures {
  /** Average precision over the IoU thresholds .50 to .95. */
  readonly ap: number;
  /** Average precision at IoU .50. */
  readonly ap50: number;
  /** Average precision at IoU .75. */
  readonly ap75: number;
  /** `ap` of objects up to 32² px. */
  readonly apSmall: number;
  /** `ap` of objects from 32² to 96² px. */
  readonly apMedium: number;
  /** `ap` of objects from 96² px. */
  readonly apLarge: number;
  /** Average recall with the best result per image and category. */
  readonly ar1: number;
  /** Average recall with the best 10 results per image and category. */
  readonly ar10: number;
  /** Average recall with the best 100 results per image and category. */
  readonly ar100: number;
  /** `ar100` of objects up to 32² px. */
  readonly arSmall: number;
  /** `ar100` of objects from 32² to 96² px. */
  readonly arMedium: number;
  /** `ar100` of objects from 96² px. */
  readonly arLarge: number;
  /** Each category by itself, by rising category id. */
  readonly perCategory: readonly CategoryFigures[];
}

/**
 * Measures results against the truth as pycocotools 2.0.11 does (`COCOeval`, `iouType="bbox"`).
 *
 * Left out are results of a category that the truth does not name, and all but the 100 best results
 * of each image and category. Categories without truth have no part in the twelve figures.
 *
 * @param results In any order; of equal scores the earlier one is better.
 * @throws {RangeError} If an id of an annotation or a category is there twice, an annotation has
 *   id 0, a result names an image that the truth does not hold, or a box or a score is not finite.
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
 * // An IoU of .72 reaches the thresholds .50, .55, .60, .65 and .70: 5 of 10.
 * const figures = evaluate(truth, [result]);
 * if (Math.abs(figures.ap - 0.5) > 1e-12) throw new Error(`ap is ${figures.ap}`);
 * if (figures.ap75 !== 0 || figures.apSmall !== -1) throw new Error("the cat is not small");
 * ```
 */
export function evaluate(
  truth: CocoDataset,
  results: readonly CocoResult[],
  options: EvaluateOptions = {},
): CocoFigures {
  checkInput(truth, results);
  const categories = truth.categories.toSorted((a, b) => a.id - b.id);
  const curves = measureCategories(truth, results, categories.map(({ id }) => id), options);
  const of = (view: keyof CategoryCurves) => curves.map((category) => category[view]);
  return {
    ap: averagePrecision(of("all100")),
    ap50: averagePrecision(of("all100"), 0.5),
    ap75: averagePrecision(of("all100"), 0.75),
    apSmall: averagePrecision(of("small")),
    apMedium: averagePrecision(of("medium")),
    apLarge: averagePrecision(of("large")),
    ar1: averageRecall(of("all1")),
    ar10: averageRecall(of("all10")),
    ar100: averageRecall(of("all100")),
    arSmall: averageRecall(of("small")),
    arMedium: averageRecall(of("medium")),
    arLarge: averageRecall(of("large")),
    perCategory: curves.map(({ all100 }, i) => ({
      label: categories[i].name,
      ap: averagePrecision([all100]),
      ap50: averagePrecision([all100], 0.5),
    })),
  };
}

function measureCategories(
  truth: CocoDataset,
  results: readonly CocoResult[],
  categoryIds: readonly number[],
  options: EvaluateOptions,
): CategoryCurves[] {
  const wanted = options.imageIds ?? truth.images.map((image) => image.id);
  // Rising, since the order of the images decides between equal scores.
  const imageIds = [...new Set(wanted)].sort((a, b) => a - b);
  const truthsOf = Map.groupBy(truth.annotations, (annotation) => annotation.category_id);
  const resultsOf = Map.groupBy(results, (result) => result.category_id);
  return categoryIds.map((id) =>
    measureCategory(truthsOf.get(id) ?? [], resultsOf.get(id) ?? [], imageIds)
  );
}
