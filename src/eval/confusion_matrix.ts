import type { CocoAnnotation, CocoDataset, CocoResult } from "./coco.ts";
import { crowdIou } from "./crowd_iou.ts";
import { MATCH_IOU } from "./match_category.ts";

/** Numbers of objects of each category that were reported as each category. */
export interface ConfusionMatrix {
  /** Names of the categories, in ascending order of their ids. */
  readonly labels: readonly string[];
  /**
   * `[K + 1][K + 1]` numbers of the K categories. Rows are the categories of the objects, columns
   * those of the results. The last row counts results without an object, the last column objects
   * without a result.
   */
  readonly counts: readonly (readonly number[])[];
}

/** Result and object that overlap enough to be one pair. Both are indices. */
interface Pair {
  readonly result: number;
  readonly truth: number;
  readonly iou: number;
  readonly sameCategory: boolean;
}

/**
 * Counts which category was taken for which, among the results above a score threshold.
 *
 * Each object has at most one result. Pairs of the same category come first, then those of
 * different categories, each by falling IoU. A result without an object that lies in a crowd of its
 * category does not count.
 *
 * @param imageIds Ids of the images to count.
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
  const truthsOf = Map.groupBy(truth.annotations, (annotation) => annotation.image_id);
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

/** Pairs the objects and results of one image; those left over stand alone. */
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

/** Returns all pairs that overlap enough, in the order in which they are taken. */
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
