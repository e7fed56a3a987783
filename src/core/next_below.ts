/**
 * The largest number below `value`, so that `x > nextBelow(t)` is `x >= t`.
 *
 * @param value Not NaN; −∞ has nothing below it and stays.
 *
 * @example
 * ```ts
 * import { nextBelow } from "./next_below.ts";
 *
 * if (!(0.5 > nextBelow(0.5)) || nextBelow(1) !== 1 - 2 ** -53) throw new Error("one step down");
 * ```
 */
export function nextBelow(value: number): number {
  if (value === -Infinity) return value;
  if (value === 0) return -Number.MIN_VALUE;
  const number = Float64Array.of(value);
  // Doubles of one sign are ordered as their bits are.
  const bits = new BigInt64Array(number.buffer);
  bits[0] += value > 0 ? -1n : 1n;
  return number[0];
}
