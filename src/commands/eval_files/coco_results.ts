import type { CocoCategory, CocoImage, CocoResult } from "../../eval/coco.ts";
import type { Detection } from "../../ports/detector.ts";

/**
 * Detections of one image as COCO writes them; labels that the data set does not know are left
 * out.
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
