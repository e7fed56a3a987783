import type { CocoBox } from "./coco.ts";

/**
 * Overlap of a result with a marked object, by COCO's rule (`bbIou` in `maskApi.c`).
 *
 * An object is held against the union of both. A crowd is held against the result alone, since a
 * result that finds one member cannot be asked to cover all: it overlaps fully when it lies inside.
 *
 * @param result xywh, source pixels.
 * @param truth xywh, source pixels.
 * @param isCrowd Whether `truth` holds many objects.
 * @returns 0 to 1; 0 where the boxes only touch or one has no area.
 *
 * @example
 * ```ts
 * import { crowdIou } from "./crowd_iou.ts";
 *
 * // 25 shared pixels, of 25 in the result and 100 in the truth.
 * const result = [0, 0, 5, 5] as const;
 * const truth = [0, 0, 10, 10] as const;
 * if (crowdIou(result, truth, false) !== 0.25) throw new Error("25 of the 100 in the union");
 * if (crowdIou(result, truth, true) !== 1) throw new Error("25 of the 25 in the result");
 * ```
 */
export function crowdIou(result: CocoBox, truth: CocoBox, isCrowd: boolean): number {
  const width = overlap(result[0], result[2], truth[0], truth[2]);
  const height = overlap(result[1], result[3], truth[1], truth[3]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  const resultArea = result[2] * result[3];
  // Added in this order, so that the last bit agrees with the reference.
  const whole = isCrowd ? resultArea : resultArea + truth[2] * truth[3] - shared;
  return shared / whole;
}

/** Length that two spans share; negative where they are apart. */
function overlap(startA: number, lengthA: number, startB: number, lengthB: number): number {
  return Math.min(lengthA + startA, lengthB + startB) - Math.max(startA, startB);
}
