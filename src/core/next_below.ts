/**
 * Returns the largest double below `value`.
 *
 * A loop that always tests `score > limit` can thus also test `score >= threshold`, with
 * `limit = nextBelow(threshold)`.
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
  // Doubles of one sign have the same order as their bits read as integers (IEEE 754).
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}
