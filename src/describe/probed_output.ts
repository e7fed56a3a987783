import type { Tensor } from "../ports/session.ts";

/** One output of a graph, with its values in two test runs. */
export interface ProbedOutput {
  /** Name in the graph. */
  readonly name: string;
  /** Element type in the graph. */
  readonly type: string;
  /** Values for an image of one colour (`even`), and for an image of random pixels (`noise`). */
  readonly runs: readonly [even: Tensor, noise: Tensor];
}

/** Pattern of the names that exporters give to box heads. */
export const BOX_NAMES = /box|reg|delta|loc(?!k)/i;

/** Pattern of the names that exporters give to class heads. */
export const CLASS_NAMES = /cls|class|score|conf|logit/i;
