/** Measurements of a model in a fresh process, on one thread. */
export interface Measured {
  /** Peak bytes of wasm memories and buffers. */
  readonly heapBytes: number;
  /** Bytes of the engine's wasm memory. Unset: not measured apart. */
  readonly engineBytes?: number;
  /** Peak resident bytes of the whole process (Linux). */
  readonly processBytes: number;
  /** CPU time from the start of the process to its first answer, in milliseconds. */
  readonly coldMs: number;
  /** CPU time of one more image in milliseconds, the least of several. */
  readonly imageMs: number;
}

/**
 * Returns the peak resident bytes of a process (Linux). `getrusage` is no substitute: its figure
 * includes that of the parent at the start.
 */
export async function peakResidentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const peak = status.match(/VmHWM:\s*(\d+) kB/);
  if (peak === null) throw new Error(`Cannot find the memory of process ${pid} in: ${status}`);
  return Number(peak[1]) * 1024;
}
