import type { CocoAnnotation, CocoDataset, CocoResult } from "./coco.ts";
import { crowdIou } from "./crowd_iou.ts";
import { MATCH_IOU } from "./match_category.ts";

/**
 * Table of correct and wrong categories. For each pair of categories, counts the objects of the
 * first category that were reported as the second category.
 */
export interface ConfusionMatrix {
  /** Names of the categories, in ascending order of their ids. */
  readonly labels: readonly string[];
  /**
   * `[categories + 1][categories + 1]` numbers of pairs. Each row is the category of an annotated
   * object, each column the category of a result (detection). The last row counts results without
   * an object. The last column counts objects without a result.
   */
  readonly counts: readonly (readonly number[])[];
}

/**
 * Result and annotated object whose boxes overlap enough to be a pair. The fields `result` and
 * `truth` are indices into the list of results and the list of objects.
 */
interface Pair {
  readonly result: number;
  readonly truth: number;
  readonly iou: number;
  readonly sameCategory: boolean;
}

/**
 * Compares the categories of annotated objects with the categories of the results (detections)
 * whose score is above `threshold`. Objects and results of a category that `truth.categories` lacks
 * are ignored, as in pycocotools.
 *
 * Each object is paired with at most one result. Pairs with equal categories are made first, then
 * pairs with different categories. In each of these two groups, the pair with the highest IoU is
 * made first. A result that has no object but lies in a crowd of its category is not counted.
 *
 * @param imageIds Ids of the images whose objects and results are counted.
 */
export function confusionMatrix(
  truth: CocoDataset,
  results: readonly CocoResult[],
  imageIds: Iterable<number>,
  threshold: number,
): ConfusionMatrix {
  const categories = truth.categories.toSorted((a, b) => a.id - b.id);
  const indexOf = new Map(categories.map(({ id }, index) => [id, index]));
  const nothing = categories.length;
  const counts = Array.from({ length: nothing + 1 }, () => new Array<number>(nothing + 1).fill(0));
  const annotated = truth.annotations.filter(({ category_id }) => indexOf.has(category_id));
  const truthsOf = Map.groupBy(annotated, (annotation) => annotation.image_id);
  const reported = results.filter(({ score, category_id }) =>
    score > threshold && indexOf.has(category_id)
  );
  const resultsOf = Map.groupBy(reported, (result) => result.image_id);
  for (const id of new Set(imageIds)) {
    for (const [object, result] of pairsOf(truthsOf.get(id) ?? [], resultsOf.get(id) ?? [])) {
      const row = object === undefined ? nothing : indexOf.get(object.category_id)!;
      const column = result === undefined ? nothing : indexOf.get(result.category_id)!;
      counts[row]![column]!++;
    }
  }
  return { labels: categories.map(({ name }) => name), counts };
}

/**
 * Pairs the annotated objects and the results (detections) of one image. Also returns the objects
 * and results that have no partner.
 */
function pairsOf(
  truths: readonly CocoAnnotation[],
  results: readonly CocoResult[],
): [CocoAnnotation | undefined, CocoResult | undefined][] {
  const [crowds, objects] = [
    truths.filter(({ iscrowd }) => iscrowd === 1),
    truths.filter(({ iscrowd }) => iscrowd === 0),
  ];
  const resultOf = new Map<number, number>();
  const taken = new Set<number>();
  for (const { result, truth } of candidates(objects, results)) {
    if (taken.has(result) || resultOf.has(truth)) continue;
    taken.add(result);
    resultOf.set(truth, result);
  }
  const inCrowd = (result: CocoResult) =>
    crowds.some(({ bbox, category_id }) =>
      category_id === result.category_id && crowdIou(result.bbox, bbox, true) >= MATCH_IOU
    );
  const found = objects.map((object, index): [CocoAnnotation, CocoResult | undefined] => [
    object,
    results[resultOf.get(index) ?? -1],
  ]);
  const alone = results.filter((result, index) => !taken.has(index) && !inCrowd(result));
  return [...found, ...alone.map((result): [undefined, CocoResult] => [undefined, result])];
}

/**
 * Returns all pairs of an object and a result whose boxes overlap enough. Pairs with equal
 * categories come before pairs with different categories. In each of these two groups, the highest
 * IoU comes first.
 */
function candidates(objects: readonly CocoAnnotation[], results: readonly CocoResult[]): Pair[] {
  return results.flatMap((result, row) =>
    objects.map((object, index): Pair => ({
      result: row,
      truth: index,
      iou: crowdIou(result.bbox, object.bbox, false),
      sameCategory: result.category_id === object.category_id,
    }))
  ).filter(({ iou }) => iou >= MATCH_IOU)
    .sort((a, b) => Number(b.sameCategory) - Number(a.sameCategory) || b.iou - a.iou);
}
