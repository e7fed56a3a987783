/**
 * Mean of the numbers, or −1 where there is none: COCO's sign for nothing to measure.
 *
 * @example
 * ```ts
 * import { mean } from "./mean.ts";
 *
 * if (mean([0, 0.5]) !== 0.25 || mean([]) !== -1) throw new Error("0 is a figure, -1 is none");
 * ```
 */
export function mean(numbers: readonly number[]): number {
  if (numbers.length === 0) return -1;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
