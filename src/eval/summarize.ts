import { mean } from "./mean.ts";
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
