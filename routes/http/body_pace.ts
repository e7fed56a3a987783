/** Bytes of a body that may come at any pace: so few take up no memory worth a limit. */
const FREE_BYTES = 64 * 1024;

/** Minimum bytes in each window of a body beyond {@linkcode FREE_BYTES}: 16 KB per second. */
const MIN_BYTES = 80 * 1024;

/** Milliseconds of a window. */
const WINDOW_MS = 5000;

/** Limit in words, for the error of a body that misses it. */
export const PACE_LIMIT =
  `after its first ${FREE_BYTES} bytes at least ${MIN_BYTES} must come in every ${WINDOW_MS} ms`;

/** Watch over the pace of one body. When it is disposed, it stops. */
export interface PaceWatch extends Disposable {
  /** Counts the bytes that have come so far. */
  progress(size: number): void;
}

/**
 * Starts to watch the pace of a body. A client that has sent much and then stalls would hold that
 * memory until the timeout of the whole body.
 *
 * @param onStall Called once, when the body stalls.
 * @param windowMs Milliseconds of a window.
 */
export function watchPace(onStall: () => void, windowMs: number = WINDOW_MS): PaceWatch {
  let size = 0;
  let before = 0;
  const timer = setInterval(() => {
    const isStalled = size > FREE_BYTES && size - before < MIN_BYTES;
    before = size;
    if (!isStalled) return;
    clearInterval(timer);
    onStall();
  }, windowMs);
  return {
    progress: (bytes) => void (size = bytes),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
