/** What a model was measured at in a fresh process, on one thread. */
export interface Measured {
  /** Most bytes in wasm memories and buffers. */
  readonly heapBytes: number;
  /** Of those, what the engine's wasm memory grew to; where it can be told apart. */
  readonly engineBytes?: number;
  /** Most bytes of the whole process that were in memory (Linux). */
  readonly processBytes: number;
  /** Processor time from the start of the process to its first answer, in milliseconds. */
  readonly coldMs: number;
  /** Processor time of one more image, the least of several, in milliseconds. */
  readonly imageMs: number;
}
