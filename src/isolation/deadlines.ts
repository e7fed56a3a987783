/** How long a worker's load and the stages of a call may take, in milliseconds. */
export interface Deadlines {
  /** Reading the model and its first run; as long as it takes where absent. */
  readonly loadMs?: number;
  /** From the worker's first look at the bytes to the input tensor. */
  readonly decodeMs: number;
  /** From there to the answer. */
  readonly runMs: number;
}

/** As long as it takes. */
export const NO_DEADLINES: Deadlines = { decodeMs: Infinity, runMs: Infinity };
