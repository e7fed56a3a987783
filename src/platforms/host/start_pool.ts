import { availableParallelism } from "node:os";
import type { Deadlines, UsualRun } from "../../isolation/deadlines.ts";
import type { LoadRequest } from "../../isolation/protocol.ts";
import { workerDetector } from "../../isolation/worker_detector.ts";
import type { Detector } from "../../ports/detector.ts";
import { DetectorPool } from "../../serving/detector_pool.ts";
import type {
  PoolObserver,
  PoolOptions as DetectorPoolOptions,
} from "../../serving/pool_options.ts";
import { detectorScript } from "./process/start_ahead.ts";
import { WorkerProcess } from "./process/worker_process.ts";

/** Options of {@linkcode startPool}. */
export interface PoolOptions {
  /** Number of worker processes. Each worker process loads its own copy of the model. */
  readonly workers: number;
  /** Maximum number of images that wait for a worker process. */
  readonly queue: number;
  /**
   * Maximum predicted wait of an image, milliseconds. An image whose predicted wait is longer is
   * refused. Unset: no limit.
   */
  readonly maxWaitMs?: number | undefined;
  /** Deadlines of a worker process for loading the model and for processing an image. */
  readonly deadlines: Deadlines;
  /** Counts how many times a call runs the graph. Unset: each call counts as one run. */
  readonly countRuns?: DetectorPoolOptions["countRuns"];
  /** Called with the reason when a worker process is replaced. */
  readonly log: (message: string) => void;
  /** Receives the events of the pool, for metrics. Unset: the events are not recorded. */
  readonly observer?: PoolObserver | undefined;
}

/**
 * Time limit of a model run, relative to the usual time of a run. The limit is generous, because
 * runs are slower on a busy machine. With 12 processes on two cores, a run of 40 ms took 2 seconds.
 */
const USUAL_RUN: UsualRun = { factor: 20, minMs: 5_000 };

/** Starts a detector in a worker process. */
export function startDetector(load: LoadRequest, deadlines?: Deadlines): Promise<Detector> {
  return workerDetector(new WorkerProcess(detectorScript()), load, deadlines);
}

/**
 * Starts several worker processes, each with one detector. Returns one detector that distributes
 * images to all these processes.
 */
export function startPool(load: LoadRequest, options: PoolOptions): Promise<Detector> {
  const { workers, queue, maxWaitMs, deadlines, countRuns, log, observer } = options;
  const threads = load.threads ?? Math.max(1, Math.floor(availableParallelism() / workers));
  return DetectorPool.open({
    size: workers,
    queue,
    maxWaitMs,
    countRuns,
    log,
    observer,
    start: () => startDetector({ ...load, threads }, { usualRun: USUAL_RUN, ...deadlines }),
  });
}
