import { mean } from "./mean.ts";
import type { Curves } from "./measure_category.ts";

/**
 * Mean of the highest recalls over categories and IoU thresholds (COCO, `summarize`).
 *
 * @param categories One entry per category; empty entries have no part in the mean.
 * @returns 0 to 1, or −1 if every entry is empty.
 */
export function averageRecall(categories: readonly Curves[]): number {
  return mean(categories.flatMap((curves) => curves.map((curve) => curve.recall)));
}
