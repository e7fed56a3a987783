/** Deadlines of a worker, milliseconds. A worker that misses a deadline is killed. */
export interface Deadlines {
  /** Maximum time for loading the model and running it once. Unset: no limit. */
  readonly loadMs?: number;
  /** Maximum time for decoding an image and making the input tensor of the model from it. */
  readonly decodeMs: number;
  /** Maximum time for running the model and decoding its outputs. */
  readonly runMs: number;
  /**
   * Stricter limit than `runMs`, relative to the time that earlier runs took. Unset: `runMs` is the
   * only limit of a run.
   */
  readonly usualRun?: UsualRun | undefined;
}

/** Limit for one run of a model, relative to the mean time of earlier runs. */
export interface UsualRun {
  /** Limit divided by the mean time: with 20, a run may take 20 times as long as usual. */
  readonly factor: number;
  /** Smallest limit, milliseconds. It applies to models that usually run fast. */
  readonly minMs: number;
}

/** Deadlines for a worker that is never killed. */
export const NO_DEADLINES: Deadlines = { decodeMs: Infinity, runMs: Infinity };
