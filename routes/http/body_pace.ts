/**
 * Number of bytes at the start of a body that may arrive at any speed, because they take little
 * memory.
 */
const FREE_BYTES = 64 * 1024;

/** Minimum bytes of a body that must arrive in each time window of 5 seconds: 16 KB per second. */
const MIN_BYTES = 80 * 1024;

/** Length of a time window in which the arriving bytes are counted, milliseconds. */
const WINDOW_MS = 5000;

/** Minimum speed in words, for the error message. */
export const PACE_LIMIT =
  `after its first ${FREE_BYTES} bytes at least ${MIN_BYTES} must come in every ${WINDOW_MS} ms`;

/** Check of the speed of one body. Disposing the object stops the check. */
export interface PaceWatch extends Disposable {
  /** Tells the check the number of bytes of the body that have arrived so far. */
  progress(size: number): void;
}

/**
 * Starts to check the speed at which a body arrives. Without this check, a client could send most
 * of a body and then stop. The bytes received would stay in memory until reading the body times
 * out. A window counts if the free bytes had arrived before it began.
 *
 * @param onStall Called once, when the body arrives too slowly.
 * @param windowMs Length of a time window, milliseconds.
 */
export function watchPace(onStall: () => void, windowMs: number = WINDOW_MS): PaceWatch {
  let size = 0;
  let before = 0;
  let due = performance.now() + windowMs;
  const timer = setInterval(() => {
    const now = performance.now();
    // A late timer means that this thread was blocked: bytes may have arrived that it has not read.
    const isLate = now - due > windowMs / 2;
    const isStalled = !isLate && before > FREE_BYTES && size - before < MIN_BYTES;
    before = size;
    due = now + windowMs;
    if (!isStalled) return;
    clearInterval(timer);
    onStall();
  }, windowMs);
  return {
    progress: (bytes) => void (size = bytes),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
