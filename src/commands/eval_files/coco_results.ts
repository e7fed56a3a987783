import type { CocoCategory, CocoImage, CocoResult } from "../../eval/coco.ts";
import type { Detection } from "../../ports/detector.ts";

/**
 * Converts the detections of one image to COCO results. Detections whose label is not a category of
 * the data set are dropped.
 */
export function cocoResults(
  image: CocoImage,
  categories: readonly CocoCategory[],
  detections: readonly Detection[],
): CocoResult[] {
  const idOf = new Map(categories.map(({ id, name }) => [name, id]));
  return detections.flatMap(({ label, score, box: { xmin, ymin, xmax, ymax } }) => {
    const category_id = idOf.get(label);
    if (category_id === undefined) return [];
    return [{
      image_id: image.id,
      category_id,
      bbox: [xmin, ymin, xmax - xmin, ymax - ymin],
      score,
    }];
  });
}
