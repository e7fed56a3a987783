import type { CocoDataset, CocoResult } from "./coco.ts";

/**
 * Throws on wrong input for which pycocotools would return wrong figures without an error.
 *
 * In pycocotools, an annotation with the id 0 can never count as found, because 0 means "no match".
 * pycocotools mixes up annotations with the same id, and matches a box that contains NaN with any
 * annotation.
 *
 * @throws {RangeError} If an annotation id or a category id is repeated, an annotation has the id
 *   0, a result names an image that `truth` lacks, or a box or a score is not finite.
 */
export function checkInput(truth: CocoDataset, results: readonly CocoResult[]): void {
  checkIds("annotation", truth.annotations);
  checkIds("category", truth.categories);
  const hasZero = truth.annotations.some((annotation) => annotation.id === 0);
  if (hasZero) {
    throw new RangeError("Cannot evaluate as an annotation id must not be 0: number from 1");
  }

  const imageIds = new Set(truth.images.map((image) => image.id));
  for (const { image_id, bbox, score } of results) {
    if (!imageIds.has(image_id)) {
      throw new RangeError(
        `Cannot evaluate as a result must name an image of the truth: current image_id is ${image_id}`,
      );
    }
    if (![...bbox, score].every(Number.isFinite)) {
      throw new RangeError(
        `Cannot evaluate as box and score of a result must be finite: current values are ${bbox.join()}, ${score}`,
      );
    }
  }
}

function checkIds(kind: string, items: readonly { readonly id: number }[]): void {
  const seen = new Set<number>();
  for (const { id } of items) {
    if (seen.has(id)) {
      throw new RangeError(`Cannot evaluate as every ${kind} id must be unique: ${id} is repeated`);
    }
    seen.add(id);
  }
}
