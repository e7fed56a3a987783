/** Bytes of a body that may arrive at any speed, because they take little memory. */
const FREE_BYTES = 64 * 1024;

/** Minimum bytes that a longer body must bring in each time window: 16 KB per second. */
const MIN_BYTES = 80 * 1024;

/** Length of a time window, milliseconds. */
const WINDOW_MS = 5000;

/** Minimum speed in words, for the error message about a body that is slower. */
export const PACE_LIMIT =
  `after its first ${FREE_BYTES} bytes at least ${MIN_BYTES} must come in every ${WINDOW_MS} ms`;

/** Watch on the speed of one body. Disposing the watch ends it. */
export interface PaceWatch extends Disposable {
  /** Sets the number of bytes that have arrived so far. */
  progress(size: number): void;
}

/**
 * Starts to watch the speed of a body. Otherwise a client could send most of a body and then stop.
 * The bytes would stay in memory until the timeout of the whole body.
 *
 * @param onStall Called once, when the body is too slow.
 * @param windowMs Length of a time window, milliseconds.
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
