import { availableParallelism } from "node:os";
import { DetectorPool } from "../../serving/detector_pool.ts";
import type { Detector } from "../../ports/detector.ts";
import type { Deadlines } from "../../isolation/deadlines.ts";
import { ProcessWorker } from "./process/process_worker.ts";
import { workerDetector } from "../../isolation/worker_detector.ts";
import type { LoadRequest } from "../../isolation/protocol.ts";

/** How many images are looked at side by side, and how long that may take. */
export interface PoolSettings {
  /** Workers, each with a session of its own. */
  readonly workers: number;
  /** Most images that wait for one. */
  readonly queue: number;
  /** What an image may take. */
  readonly deadlines: Deadlines;
  /** Told why a worker is replaced. */
  readonly log: (message: string) => void;
}

/** Starts a detector in a process of its own. */
export function startDetector(load: LoadRequest, deadlines?: Deadlines): Promise<Detector> {
  // Compiled, as it is in the package, it is JavaScript like this file.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const script = new URL(`./process/detector_process${extension}`, import.meta.url);
  return workerDetector(new ProcessWorker(script), load, deadlines);
}

/** Starts as many detectors as there are to be workers, behind a queue. */
export function startPool(load: LoadRequest, settings: PoolSettings): Promise<Detector> {
  const { workers, queue, deadlines, log } = settings;
  const threads = load.threads ?? Math.max(1, Math.floor(availableParallelism() / workers));
  return DetectorPool.open({
    size: workers,
    queue,
    log,
    start: () => startDetector({ ...load, threads }, deadlines),
  });
}
