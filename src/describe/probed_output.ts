import type { Tensor } from "../ports/session.ts";

/** One output in both runs. */
export interface ProbedOutput {
  /** Name in the graph. */
  readonly name: string;
  /** Number type in the graph. */
  readonly type: string;
  /** On an even image, and on noise. */
  readonly runs: readonly [Tensor, Tensor];
}

/** Names that exporters give to box heads. */
export const BOX_NAMES = /box|reg|delta|loc(?!k)/i;

/** Names that exporters give to class heads. */
export const CLASS_NAMES = /cls|class|score|conf|logit/i;
