import type { ImageInput } from "../image/raw_image.ts";
import type { DetectOptions, Detector, DetectResult } from "../ports/detector.ts";

/** Options of a `DetectorPool`. */
export interface PoolOptions {
  /** Number of detectors that run in parallel. */
  readonly size: number;
  /** Maximum number of calls that wait for a free detector. */
  readonly queue: number;
  /**
   * Maximum predicted wait of a call, milliseconds. A call whose predicted wait is longer is
   * refused. Unset: no limit.
   */
  readonly maxWaitMs?: number | undefined;
  /** Starts one detector. Called for each detector of the pool and for each replacement. */
  readonly start: () => Promise<Detector>;
  /**
   * Milliseconds between a failed start of a detector and the next attempt. The pause doubles after
   * each further failure. The first detector of a pool has only one attempt.
   *
   * @default 500
   */
  readonly retryMs?: number | undefined;
  /**
   * Returns the current time in milliseconds.
   *
   * @default performance.now
   */
  readonly now?: (() => number) | undefined;
  /**
   * Counts how many times a call of `detect()` runs the graph. Throws an error to refuse the call
   * before it waits. Unset: each call runs the graph once.
   */
  readonly countRuns?: ((image: ImageInput, options: DetectOptions) => number) | undefined;
  /**
   * False if a detector has memory for only one image. Then no image without tiles passes between
   * the tiles of another, and no call pauses between its tiles.
   *
   * @default true
   */
  readonly hasRoomBeside?: boolean | undefined;
  /** Logs why a detector is replaced, or why a detector did not start. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
  /** Receives the events of the pool, for metrics. Unset: the events are not recorded. */
  readonly observer?: PoolObserver | undefined;
}

/** Receiver of the events of a pool. The methods must not throw errors. */
export interface PoolObserver {
  /**
   * Called when a call leaves the queue for a detector, with the milliseconds that the call waited.
   */
  waited(model: string, ms: number): void;
  /** Called with the result of each detection. */
  detected(result: DetectResult): void;
  /** Called when a detector has crashed and is replaced. */
  replaced(model: string): void;
}
