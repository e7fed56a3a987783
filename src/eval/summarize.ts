import type { Curves } from "./measure_category.ts";
import { IOU_THRESHOLDS } from "./protocol.ts";

/**
 * Computes average precision: the mean over categories, IoU thresholds and recall thresholds
 * (pycocotools, `COCOeval.summarize`).
 *
 * @param categories Curves per category; categories with empty curves do not count.
 * @param iou The only IoU threshold to use. Unset: all thresholds.
 * @returns 0 to 1, or −1 if all curves are empty.
 */
export function averagePrecision(categories: readonly Curves[], iou?: 0.5 | 0.75): number {
  const isWanted = (t: number) => iou === undefined || IOU_THRESHOLDS[t] === iou;
  return mean(
    categories
      .flatMap((curves) => curves.filter((_, t) => isWanted(t)))
      .flatMap((curve) => [...curve.precision]),
  );
}

/**
 * Computes average recall: the mean, over categories and IoU thresholds, of the highest recall of
 * each curve (pycocotools, `COCOeval.summarize`).
 *
 * @param categories Curves per category; categories with empty curves do not count.
 * @returns 0 to 1, or −1 if all curves are empty.
 */
export function averageRecall(categories: readonly Curves[]): number {
  return mean(categories.flatMap((curves) => curves.map((curve) => curve.recall)));
}

/**
 * Computes the mean of numbers.
 *
 * @returns Mean, or −1 for an empty list. In COCO, −1 means "nothing to measure".
 *
 * @example
 * ```ts
 * import { mean } from "./summarize.ts";
 *
 * if (mean([0, 0.5]) !== 0.25) throw new Error(`mean is ${mean([0, 0.5])}`);
 * if (mean([]) !== -1) throw new Error(`mean of nothing is ${mean([])}`);
 * ```
 */
export function mean(numbers: readonly number[]): number {
  if (numbers.length === 0) return -1;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
