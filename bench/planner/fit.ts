/**
 * Fits the non-negative factors of sums to measurements, by least squares of the relative errors.
 *
 * @param rows Terms of each sum, without their factors.
 * @param measured Measured value of each sum.
 */
export function fit(rows: readonly (readonly number[])[], measured: readonly number[]): number[] {
  const scaled = rows.map((row, i) => row.map((value) => value / measured[i]!));
  const factors = (rows[0] ?? []).map(() => 0);
  const errors = measured.map(() => 1);
  // Coordinate descent: each step solves for one factor and keeps the others.
  for (let round = 0; round < 20_000; round++) {
    for (let j = 0; j < factors.length; j++) {
      let product = 0;
      let square = 0;
      scaled.forEach((row, i) => {
        product += row[j]! * errors[i]!;
        square += row[j]! ** 2;
      });
      const factor = square === 0 ? 0 : Math.max(0, factors[j]! + product / square);
      const step = factor - factors[j]!;
      if (step !== 0) scaled.forEach((row, i) => errors[i]! -= step * row[j]!);
      factors[j] = factor;
    }
  }
  return factors;
}
