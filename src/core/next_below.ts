/**
 * Returns the largest double (64-bit number of JavaScript) below `value`.
 *
 * If `limit` is `nextBelow(threshold)`, the test `score > limit` means the same as
 * `score >= threshold`.
 *
 * @param value Any number except NaN. −∞ is returned unchanged.
 *
 * @example
 * ```ts
 * import { nextBelow } from "./next_below.ts";
 *
 * if (!(0.5 > nextBelow(0.5))) throw new Error("0.5 is above the next lower double");
 * if (nextBelow(1) !== 1 - 2 ** -53) throw new Error(`next below 1 is ${nextBelow(1)}`);
 * ```
 */
export function nextBelow(value: number): number {
  if (value === -Infinity) return value;
  if (value === 0) return -Number.MIN_VALUE;
  // Reads the bits of the number as an integer. The next integer is the next double, in the
  // direction away from 0 (IEEE 754).
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}
