import { availableParallelism } from "node:os";
import type { Deadlines, UsualRun } from "../../isolation/deadlines.ts";
import type { LoadRequest } from "../../isolation/protocol.ts";
import { workerDetector } from "../../isolation/worker_detector.ts";
import type { Detector } from "../../ports/detector.ts";
import { DetectorPool } from "../../serving/detector_pool.ts";
import { WorkerProcess } from "./process/worker_process.ts";

/** Options of {@linkcode startPool}. */
export interface PoolOptions {
  /** Worker processes, each with its own session. */
  readonly workers: number;
  /** Maximum images that wait for a worker process. */
  readonly queue: number;
  /** Time limits for loading and for each image. */
  readonly deadlines: Deadlines;
  /** Called with the reason when a worker process is replaced. */
  readonly log: (message: string) => void;
}

/**
 * Limit of a run by earlier ones. A busy machine makes runs slower: 12 processes on two cores make
 * one of 40 ms take 2 seconds.
 */
const USUAL_RUN: UsualRun = { factor: 20, minMs: 10_000 };

/** Starts a detector in a worker process. */
export function startDetector(load: LoadRequest, deadlines?: Deadlines): Promise<Detector> {
  // The npm package has both this file and the script as .js.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const script = new URL(`./process/detector_process${extension}`, import.meta.url);
  return workerDetector(new WorkerProcess(script), load, deadlines);
}

/** Starts a detector in each worker process, behind a shared queue. */
export function startPool(load: LoadRequest, options: PoolOptions): Promise<Detector> {
  const { workers, queue, deadlines, log } = options;
  const threads = load.threads ?? Math.max(1, Math.floor(availableParallelism() / workers));
  return DetectorPool.open({
    size: workers,
    queue,
    log,
    start: () => startDetector({ ...load, threads }, { usualRun: USUAL_RUN, ...deadlines }),
  });
}
