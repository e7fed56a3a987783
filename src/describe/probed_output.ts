import type { Tensor } from "../ports/session.ts";

/** One output of a graph, with its values in two test runs. */
export interface ProbedOutput {
  /** Name in the graph. */
  readonly name: string;
  /** Element type in the graph. */
  readonly type: string;
  /**
   * Values for a test image of one colour (`even`), and for a test image of random pixels
   * (`noise`).
   */
  readonly runs: readonly [even: Tensor, noise: Tensor];
}

/** Pattern of the names that exporters give to box heads. */
export const BOX_NAMES = /box|reg|delta|loc(?!k)/i;

/** Pattern of the names that exporters give to class heads. */
export const CLASS_NAMES = /cls|class|score|conf|logit/i;

/**
 * Returns true if the coordinates in an output are fractions of the input's sides, not pixels.
 *
 * Fractions can lie slightly outside 0 to 1. Pixel coordinates are usually far greater than 8. The
 * value -1 marks padding and is ignored.
 */
export function isUnit({ runs }: { readonly runs: readonly Tensor[] }): boolean {
  const values = runs.flatMap(({ data }) => [...data.filter((value) => value !== -1)]);
  return values.length > 0 && values.every((value) => Math.abs(value) <= 8);
}

/** Returns all class ids that occur in either test run, ascending. */
export function classIdsOf({ runs }: ProbedOutput): number[] {
  const ids = new Set(runs.flatMap(({ data }) => [...data]));
  return [...ids].filter((id) => Number.isInteger(id) && id >= 0).sort((a, b) => a - b);
}
