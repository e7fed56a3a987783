import { availableParallelism } from "node:os";
import { isNativeInstalled } from "../../engines/native.ts";
import type { Config } from "../../server/config.ts";

/** Number of worker processes of a model, and of CPU threads in each process. */
export interface WorkerCounts {
  /** Number of worker processes. */
  readonly workers: number;
  /** Number of CPU threads per worker process. */
  readonly threads: number;
}

/**
 * Returns the number of worker processes per model and their CPU threads: the settings `WORKERS`
 * and `THREADS`, or defaults.
 *
 * With the native engine, the default is two worker processes, each with one thread per core. One
 * process decodes an image while the other process runs the model, so that no core is idle. With
 * two worker processes, eight clients get 1.5 times as many images per second as with one worker
 * process (`docs/performance.md`). A single client waits as long as with one worker process. With
 * the WebAssembly engine, a second worker process adds too little speed to justify its memory.
 *
 * @param cores Number of CPU cores.
 * @param hasNative True if the native engine is installed.
 */
export function workerCounts(
  { WORKERS, THREADS, ENGINE }: Pick<Config, "WORKERS" | "THREADS" | "ENGINE">,
  cores = availableParallelism(),
  hasNative = isNativeInstalled(),
): WorkerCounts {
  const prefersNative = ENGINE === "native" || (ENGINE === "auto" && hasNative);
  const workers = WORKERS ?? (prefersNative ? Math.min(2, cores) : 1);
  const share = WORKERS === undefined ? cores : Math.max(1, Math.floor(cores / WORKERS));
  return { workers, threads: THREADS ?? share };
}
