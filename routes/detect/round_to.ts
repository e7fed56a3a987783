/** A number with at most so many digits after the point. */
export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
