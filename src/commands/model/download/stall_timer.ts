import { clearTimeout, setTimeout } from "node:timers";

/** Watches over something that should be heard of now and then. */
export interface StallTimer extends Disposable {
  /** Aborts after too long a silence. */
  readonly signal: AbortSignal;
  /** Something was heard: the silence starts anew. */
  heard(): void;
}

/** Starts to watch; `patience` in milliseconds. */
export function stallTimer(patience: number): StallTimer {
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort(new Error(`nothing was heard for ${patience / 1000} s`));
  }, patience);
  return {
    signal: stop.signal,
    heard: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
