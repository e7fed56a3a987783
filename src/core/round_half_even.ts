/**
 * Rounds to the nearest integer. A number halfway between two integers becomes the even one.
 *
 * IEEE 754, Python's `round` and `torch.round` use the same rule. In contrast, `Math.round` would
 * round anchor corners such as 50.5 and 322.5 up, which shifts the corners by one pixel.
 *
 * @example
 * ```ts
 * import { roundHalfEven } from "./round_half_even.ts";
 *
 * const rounded = [50.5, -11.5].map(roundHalfEven);
 * if (rounded.join() !== "50,-12") throw new Error(rounded.join());
 * ```
 */
export function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
