import type { CocoAnnotation, CocoDataset, CocoResult } from "./coco.ts";
import { assignTruths, imagePair } from "./evaluate_image.ts";

/** Minimum IoU at which a result (detection) counts as having found an annotated object. */
export const MATCH_IOU = 0.5;

/** Result (detection), and the annotated object that the result found. */
export interface MatchedResult {
  /**
   * Result (detection). Results that match a crowd (several objects annotated as one) are left out.
   */
  readonly result: CocoResult;
  /** Object that the result found. Unset: the result is a false positive. */
  readonly truth?: CocoAnnotation;
}

/** Results and annotated objects of one category, matched at {@linkcode MATCH_IOU}. */
export interface CategoryMatches {
  /** Name of the category. */
  readonly label: string;
  /**
   * Results that match no crowd (several objects annotated as one). Results of the same image are
   * next to each other.
   */
  readonly results: readonly MatchedResult[];
  /** Annotated objects, without crowds (several objects annotated as one). */
  readonly truths: readonly CocoAnnotation[];
}

/**
 * Matches results with annotated objects, category by category.
 *
 * Results with better scores choose their object first, as in COCO's evaluation. Thus the match of
 * a result does not depend on results with lower scores, and is valid for every score threshold.
 *
 * @param imageIds Ids of the images to use. Results and objects of other images are ignored.
 * @returns One entry per category, in ascending order of the category ids.
 */
export function matchCategories(
  truth: CocoDataset,
  results: readonly CocoResult[],
  imageIds: Iterable<number>,
): CategoryMatches[] {
  const wanted = new Set(imageIds);
  const inWanted = ({ image_id }: { readonly image_id: number }) => wanted.has(image_id);
  const truthsOf = Map.groupBy(truth.annotations.filter(inWanted), (item) => item.category_id);
  const resultsOf = Map.groupBy(results.filter(inWanted), (item) => item.category_id);
  return truth.categories.toSorted((a, b) => a.id - b.id).map(({ id, name }) => {
    const truths = truthsOf.get(id) ?? [];
    return {
      label: name,
      results: matchResults(truths, resultsOf.get(id) ?? []),
      truths: truths.filter(({ iscrowd }) => iscrowd === 0),
    };
  });
}

function matchResults(
  truths: readonly CocoAnnotation[],
  results: readonly CocoResult[],
): MatchedResult[] {
  const truthsOf = Map.groupBy(truths, (truth) => truth.image_id);
  return [...Map.groupBy(results, (result) => result.image_id)].flatMap(([imageId, ofImage]) => {
    const pair = imagePair(truthsOf.get(imageId) ?? [], ofImage);
    const crowds = pair.truths.map(({ iscrowd }) => iscrowd === 1);
    return [...assignTruths(pair, crowds, MATCH_IOU)].flatMap((index, row): MatchedResult[] => {
      const [result, truth] = [pair.results[row]!, pair.truths[index]];
      if (truth === undefined) return [{ result }];
      return truth.iscrowd === 1 ? [] : [{ result, truth }];
    });
  });
}
