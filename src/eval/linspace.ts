/**
 * Evenly spaced numbers from `start` to `stop`, both included, rounded as numpy rounds them.
 *
 * `numpy.linspace` multiplies the step by the index and sets the last number to `stop`. A sum of
 * steps or a decimal literal differs in the last bit, which moves an overlap that equals a
 * threshold to its other side: the ninth IoU threshold is 0.8999999999999999.
 *
 * @param count At least 2.
 *
 * @example
 * ```ts
 * import { linspace } from "./linspace.ts";
 *
 * const ious = linspace(0.5, 0.95, 10);
 * if (ious[5] !== 0.75 || ious[8] === 0.9) throw new Error("not rounded as numpy does");
 * ```
 */
export function linspace(start: number, stop: number, count: number): readonly number[] {
  const step = (stop - start) / (count - 1);
  const numbers = Array.from({ length: count }, (_, i) => start + i * step);
  numbers[count - 1] = stop;
  return numbers;
}
