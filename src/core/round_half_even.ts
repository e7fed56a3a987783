/**
 * Rounds to the nearest integer, halves to the even neighbour.
 *
 * The rule of IEEE 754, of Python's `round` and of `torch.round`; `Math.round` takes halves up,
 * which moves anchor corners such as 50.5 and 322.5 by a pixel.
 *
 * @example
 * ```ts
 * import { roundHalfEven } from "./round_half_even.ts";
 *
 * if (roundHalfEven(50.5) !== 50 || roundHalfEven(-11.5) !== -12) throw new Error("not half to even");
 * ```
 */
export function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
