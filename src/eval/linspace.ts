/**
 * Returns evenly spaced numbers from `start` to `stop`, both included, rounded as numpy does.
 *
 * `numpy.linspace` adds the index times the step to `start`, and sets the last number to `stop`.
 * Other formulas differ in the last bit. With another formula, an IoU could be above a threshold of
 * pycocotools but below the same threshold here. For example, the ninth IoU threshold is
 * 0.8999999999999999, not 0.9.
 *
 * @param count Length of the result, at least 2.
 *
 * @example
 * ```ts
 * import { linspace } from "./linspace.ts";
 *
 * const thresholds = linspace(0.5, 0.95, 10);
 * if (thresholds[5] !== 0.75) throw new Error(`the sixth threshold is ${thresholds[5]}`);
 * if (thresholds[8] === 0.9) throw new Error("the ninth threshold must be rounded as numpy does");
 * ```
 */
export function linspace(start: number, stop: number, count: number): readonly number[] {
  const step = (stop - start) / (count - 1);
  const numbers = Array.from({ length: count }, (_, i) => start + i * step);
  numbers[count - 1] = stop;
  return numbers;
}
