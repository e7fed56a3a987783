/**
 * Fits the non-negative factors of sums to measurements, by least squares of the relative errors.
 *
 * @param rows Terms of each sum by name, without their factors.
 * @param measured Measured value of each sum.
 * @returns Factors by the name of their term, rounded to three digits.
 */
export function fit<Term extends string>(
  rows: readonly Readonly<Record<Term, number>>[],
  measured: readonly number[],
): Record<Term, number> {
  const terms = Object.keys(rows[0] ?? {}) as Term[];
  const scaled = rows.map((row, i) => terms.map((term) => row[term] / measured[i]!));
  const factors = terms.map(() => 0);
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
  const rounded = factors.map((factor) => Number(factor.toPrecision(3)));
  return Object.fromEntries(terms.map((term, j) => [term, rounded[j]])) as Record<Term, number>;
}
