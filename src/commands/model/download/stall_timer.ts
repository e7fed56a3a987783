import { clearTimeout, setTimeout } from "node:timers";

/** Timer that aborts a download if no data arrives for some time. */
export interface StallTimer extends Disposable {
  /** Signal that aborts the download when the timer runs out. */
  readonly signal: AbortSignal;
  /** Restarts the timer. */
  restart(): void;
}

/**
 * Starts a timer that aborts a download if no data arrives.
 *
 * @param milliseconds Maximum milliseconds without data.
 */
export function stallTimer(milliseconds: number): StallTimer {
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort(new Error(`no data for ${milliseconds / 1000} s`));
  }, milliseconds);
  return {
    signal: stop.signal,
    restart: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
