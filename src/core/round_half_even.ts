/**
 * Rounds to the nearest integer, and halves to the even neighbour.
 *
 * IEEE 754, Python's `round` and `torch.round` follow the same rule. `Math.round` rounds halves
 * up, which would move anchor corners such as 50.5 and 322.5 by a pixel.
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
