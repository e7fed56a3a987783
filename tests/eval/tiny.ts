import type { CocoAnnotation, CocoBox, CocoDataset, CocoResult } from "../../src/eval/coco.ts";

/** Returns an object of category 1 in image 1 whose outline fills its box; `rest` overrides. */
export function object(bbox: CocoBox, rest: Partial<CocoAnnotation> = {}): CocoAnnotation {
  return { id: 1, image_id: 1, category_id: 1, bbox, area: bbox[2] * bbox[3], iscrowd: 0, ...rest };
}

/** Returns a result of category 1 in image 1; `rest` overrides. */
export function found(bbox: CocoBox, score: number, rest: Partial<CocoResult> = {}): CocoResult {
  return { image_id: 1, category_id: 1, bbox, score, ...rest };
}

/** Returns a data set of images 1 and 2 and category 1, "cat"; objects are numbered from 1. */
export function truthOf(...objects: readonly CocoAnnotation[]): CocoDataset {
  return {
    images: [1, 2].map((id) => ({ id, file_name: `${id}.jpg`, width: 640, height: 480 })),
    categories: [{ id: 1, name: "cat" }],
    annotations: objects.map((annotation, i) => ({ ...annotation, id: i + 1 })),
  };
}
