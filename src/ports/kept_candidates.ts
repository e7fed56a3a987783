import type { ResizePlan } from "../core/resize_plan.ts";

/**
 * Maximum number of candidates that are kept of one image. NMS on so many takes tens of milliseconds
 * at most, which the thread of a server can spare.
 */
export const MAX_KEPT = 2048;

/**
 * Minimum bytes of a store of kept candidates. The candidates of one image take at most 45 bytes for
 * each of {@linkcode MAX_KEPT} and may take half of a store.
 */
export const MIN_KEEP_MEMORY = 200_000;

/**
 * Candidates of one image: boxes before NMS (non-maximum suppression). NMS can run again on them with
 * other options, without another run of the graph.
 *
 * The arrays take 45 bytes per candidate. All fields can be sent to another thread or process.
 */
export interface KeptCandidates {
  /** Id of the model. */
  readonly model: string;
  /** Minimum score threshold that the candidates can be selected with. */
  readonly minScore: number;
  /**
   * Threshold for logits or scores. The candidates are complete above this threshold: each (anchor,
   * class) pair with a greater value is one of them.
   */
  readonly floor: number;
  /** Resize plan of the image. `plan.source` is the size of the upright image. */
  readonly plan: ResizePlan;
  /**
   * `[M, 4]` x1, y1, x2, y2 of M candidates, best first, in input pixels. All four are NaN if the
   * graph predicts an infinite number or NaN for the box.
   */
  readonly boxes: Float64Array;
  /** `[M]` logit or score of each candidate. */
  readonly values: Float32Array;
  /** `[M]` class id of each candidate. */
  readonly classIds: Int32Array;
  /** `[M]` index of the level of the feature pyramid, from the smallest cells to the largest. */
  readonly levels: Uint8Array;
  /** `[M]` index of the anchor in its level. Anchors are counted cell by cell, row by row. */
  readonly anchors: Uint32Array;
}
