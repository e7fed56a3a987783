import type { CocoBox } from "./coco.ts";

/**
 * Computes the IoU of a result (detection) and a truth (annotated object) by COCO's rule
 * (pycocotools, `bbIou` in `maskApi.c`).
 *
 * For a single object, the shared area is divided by the area of the union. For a crowd, the shared
 * area is divided by the area of the result alone. A result inside a crowd thus has the IoU 1,
 * although the result does not cover all objects of the crowd.
 *
 * @param result Box of the detection, source pixels.
 * @param truth Box of the annotated object, source pixels.
 * @param isCrowd True if `truth` is a crowd (one annotation for many objects).
 * @returns IoU from 0 to 1. The IoU is 0 if the boxes only touch, or if a box has no area.
 *
 * @example
 * ```ts
 * import { crowdIou } from "./crowd_iou.ts";
 *
 * // The result lies inside the truth: 25 px² are shared, 100 px² are the union.
 * const result = [0, 0, 5, 5] as const;
 * const truth = [0, 0, 10, 10] as const;
 * const [object, crowd] = [crowdIou(result, truth, false), crowdIou(result, truth, true)];
 * if (object !== 0.25) throw new Error(`IoU with an object is ${object}`);
 * if (crowd !== 1) throw new Error(`IoU with a crowd is ${crowd}`);
 * ```
 */
export function crowdIou(result: CocoBox, truth: CocoBox, isCrowd: boolean): number {
  const width = overlap(result[0], result[2], truth[0], truth[2]);
  const height = overlap(result[1], result[3], truth[1], truth[3]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  const resultArea = result[2] * result[3];
  // Another order of the operands would round differently from pycocotools.
  const total = isCrowd ? resultArea : resultArea + truth[2] * truth[3] - shared;
  return shared / total;
}

/**
 * Returns the length of the overlap of two spans on one axis. The length is negative if the spans
 * do not touch.
 */
function overlap(startA: number, lengthA: number, startB: number, lengthB: number): number {
  return Math.min(lengthA + startA, lengthB + startB) - Math.max(startA, startB);
}
