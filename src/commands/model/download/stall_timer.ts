import { clearTimeout, setTimeout } from "node:timers";

/** Timer that aborts a transfer without data. */
export interface StallTimer extends Disposable {
  /** Signal that aborts once the timer has run out. */
  readonly signal: AbortSignal;
  /** Restarts the timer. */
  restart(): void;
}

/**
 * Starts a timer.
 *
 * @param milliseconds Maximum time without data.
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
