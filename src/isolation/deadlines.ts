/** Deadlines of a worker, in milliseconds. A worker that misses a deadline is killed. */
export interface Deadlines {
  /** Maximum time for loading the model and running it once. Unset: no limit. */
  readonly loadMs?: number;
  /** Maximum time for decoding an image and making the input tensor of the model from it. */
  readonly decodeMs: number;
  /** Maximum time for running the model and decoding its outputs. */
  readonly runMs: number;
  /**
   * Additional limit for a run, relative to the time of earlier runs. Usually stricter than
   * `runMs`. Unset: `runMs` is the only limit of a run.
   */
  readonly usualRun?: UsualRun | undefined;
}

/** Limit for one run of a model, relative to the mean time of earlier runs. */
export interface UsualRun {
  /** Limit as a multiple of the mean time: with 20, a run may take 20 times as long as usual. */
  readonly factor: number;
  /**
   * Minimum of the limit, in milliseconds. Without a minimum, the limit of a fast model would be
   * too strict.
   */
  readonly minMs: number;
}

/** Deadlines for a worker that is never killed. */
export const NO_DEADLINES: Deadlines = { decodeMs: Infinity, runMs: Infinity };
