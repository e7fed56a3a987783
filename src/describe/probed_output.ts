import type { Tensor } from "../ports/session.ts";

/** One output of a graph in both runs of a probe. */
export interface ProbedOutput {
  /** Name in the graph. */
  readonly name: string;
  /** Element type in the graph. */
  readonly type: string;
  /** Tensors of the run on an even image and of the run on noise. */
  readonly runs: readonly [even: Tensor, noise: Tensor];
}

/** Names that exporters give to box heads. */
export const BOX_NAMES = /box|reg|delta|loc(?!k)/i;

/** Names that exporters give to class heads. */
export const CLASS_NAMES = /cls|class|score|conf|logit/i;
