/** Deadlines of a worker, in milliseconds; a worker that misses one is considered hung and killed. */
export interface Deadlines {
  /** Maximum time to read the model and run it once. Unset: no limit. */
  readonly loadMs?: number;
  /** Maximum time from sending the image to the worker to the finished input tensor. */
  readonly decodeMs: number;
  /** Maximum time from the finished input tensor to the result. */
  readonly runMs: number;
  /** Lower limit of a run once earlier ones were timed. Unset: `runMs` is the only limit. */
  readonly usualRun?: UsualRun | undefined;
}

/** Limit of a run by the time that earlier runs took. */
export interface UsualRun {
  /** Limit as a multiple of the mean time of earlier runs, for inputs of the same size. */
  readonly factor: number;
  /** Minimum of this limit, milliseconds. */
  readonly minMs: number;
}

/** Deadlines that never pass. */
export const NO_DEADLINES: Deadlines = { decodeMs: Infinity, runMs: Infinity };
