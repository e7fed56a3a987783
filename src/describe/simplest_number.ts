/** Steps of round numbers, the roundest first. */
const STEPS = [1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0.0001, 0.00001];

/**
 * Returns a round number between two numbers, for example 101 between 100.7 and 101.4.
 *
 * @returns Middle of the range if it holds no round number.
 */
export function simplestNumber(low: number, high: number): number {
  const middle = (low + high) / 2;
  for (const step of STEPS) {
    // Multiplying a whole number by 0.1 would give numbers such as 0.30000000000000004.
    const round = Math.round(middle / step) / Math.round(1 / step);
    if (round >= low && round <= high) return round;
  }
  return middle;
}

/**
 * Returns a simple ratio between two numbers: the fraction with the smallest numbers, up to 10, or
 * else a round number.
 */
export function simplestRatio(low: number, high: number): number {
  for (let sum = 2; sum <= 20; sum++) {
    for (let divisor = 1; divisor < sum; divisor++) {
      const ratio = (sum - divisor) / divisor;
      if (ratio >= low && ratio <= high) return ratio;
    }
  }
  return simplestNumber(low, high);
}
