import type { Tensor } from "../ports/session.ts";

/** One output of a graph, with its values in two test runs. */
export interface ProbedOutput {
  /** Name of the output in the graph. */
  readonly name: string;
  /** Element type of the output in the graph. */
  readonly type: string;
  /**
   * Values of the output for a test image of one colour (`even`), and for a test image of random
   * pixels (`noise`).
   */
  readonly runs: readonly [even: Tensor, noise: Tensor];
}

/** Pattern for usual names of box heads (outputs for boxes). */
export const BOX_NAMES = /box|reg|delta|loc(?!k)/i;

/** Pattern for usual names of class heads (outputs with scores). */
export const CLASS_NAMES = /cls|class|score|conf|logit/i;

/**
 * Returns true if the coordinates in an output are fractions of the input's sides. Returns false
 * for pixel coordinates.
 *
 * Coordinates up to 8 count as fractions, because fractions can exceed 1 and pixel coordinates are
 * usually far greater. The value -1 marks padding and is ignored.
 */
export function isUnit({ runs }: { readonly runs: readonly Tensor[] }): boolean {
  const values = runs.flatMap(({ data }) => [...data.filter((value) => value !== -1)]);
  return values.length > 0 && values.every((value) => Math.abs(value) <= 8);
}

/** Returns the share (0 to 1) of rows `[x1, y1, x2, y2]` with x1 ≤ x2 and y1 ≤ y2. */
export function orderedShare({ data }: Tensor): number {
  let ordered = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i]! <= data[i + 2]! && data[i + 1]! <= data[i + 3]!) ordered++;
  }
  return ordered / (data.length / 4);
}

/** Returns all class ids that occur in either test run, ascending. */
export function classIdsOf({ runs }: ProbedOutput): number[] {
  const ids = new Set(runs.flatMap(({ data }) => [...data]));
  return [...ids].filter((id) => Number.isInteger(id) && id >= 0).sort((a, b) => a - b);
}
