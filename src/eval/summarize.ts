import type { Curves } from "./measure_category.ts";
import { IOU_THRESHOLDS } from "./protocol.ts";

/**
 * Mean precision over categories, IoU thresholds and recall thresholds (COCO, `summarize`).
 *
 * @param categories One entry per category; empty entries have no part in the mean.
 * @param iou The only IoU threshold to look at; without it all are.
 * @returns 0 to 1, or −1 if every entry is empty.
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
 * Mean of the highest recalls over categories and IoU thresholds (COCO, `summarize`).
 *
 * @param categories One entry per category; empty entries have no part in the mean.
 * @returns 0 to 1, or −1 if every entry is empty.
 */
export function averageRecall(categories: readonly Curves[]): number {
  return mean(categories.flatMap((curves) => curves.map((curve) => curve.recall)));
}

/**
 * Mean of the numbers, or −1 where there is none: COCO's sign for nothing to measure.
 *
 * @example
 * ```ts
 * import { mean } from "./summarize.ts";
 *
 * if (mean([0, 0.5]) !== 0.25 || mean([]) !== -1) throw new Error("0 is a figure, -1 is none");
 * ```
 */
export function mean(numbers: readonly number[]): number {
  if (numbers.length === 0) return -1;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
