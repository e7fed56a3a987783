import type { Tensor } from "../ports/session.ts";

/** One output in both runs. */
export interface ProbedOutput {
  /** Name in the graph. */
  readonly name: string;
  /** Number type in the graph. */
  readonly type: string;
  /** On an even picture, and on noise. */
  readonly runs: readonly [Tensor, Tensor];
}
