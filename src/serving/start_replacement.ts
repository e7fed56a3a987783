import type { Detector } from "../ports/detector.ts";
import type { PoolOptions } from "./pool_options.ts";

/** Maximum milliseconds between two attempts to start a replacement detector. */
const MAX_RETRY_MS = 30_000;

/** Functions with which a pool follows the start of a replacement detector. */
export interface ReplacementWatch {
  /** Returns true if the pool needs no replacement any more. */
  readonly isCancelled: () => boolean;
  /** Called with the error of each attempt that failed. */
  readonly onFailed: (error: Error) => void;
}

/**
 * Starts a replacement detector. Repeats a failed start after pauses that double.
 *
 * @returns Detector, or undefined if the pool needs none any more.
 */
export async function startReplacement(
  { start, retryMs = 500 }: Pick<PoolOptions, "start" | "retryMs">,
  { isCancelled, onFailed }: ReplacementWatch,
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
