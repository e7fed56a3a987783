import type { Detector } from "../ports/detector.ts";
import type { PoolOptions } from "./pool_options.ts";

/** Maximum milliseconds between two attempts to start a detector. */
const MAX_RETRY_MS = 30_000;

/** Functions with which a pool follows the start of a detector. */
export interface StartWatch {
  /** Returns true if the pool needs no detector any more. */
  readonly isCancelled: () => boolean;
  /** Called with the error of each attempt that failed. */
  readonly onFailed: (error: Error) => void;
}

/**
 * Starts a detector. Repeats a failed start after pauses that double.
 *
 * @returns Detector, or undefined if the pool needs none any more.
 */
export async function startWithRetries(
  { start, retryMs = 500 }: Pick<PoolOptions, "start" | "retryMs">,
  { isCancelled, onFailed }: StartWatch,
): Promise<Detector | undefined> {
  for (let pause = retryMs; !isCancelled(); pause = Math.min(2 * pause, MAX_RETRY_MS)) {
    try {
      return await start();
    } catch (error) {
      onFailed(error as Error);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return undefined;
}
