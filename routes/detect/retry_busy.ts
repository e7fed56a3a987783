import { BusyError, DomainError, goneError } from "../../src/core/domain_error.ts";

/**
 * Maximum milliseconds that one image of a batch is retried while the server is busy. A minute is
 * much longer than an image waits in the queue with the default `MAX_WAIT_MS`.
 */
export const BATCH_RETRY_MS = 60_000;

/** Options of {@linkcode retryBusy}. */
export interface RetryBusyOptions {
  /** Maximum milliseconds between the first attempt and the last retry. */
  readonly forMs: number;
  /** Aborted when the client disconnects. No retry follows. */
  readonly signal: AbortSignal;
}

/** Shortest and longest pause between two attempts, milliseconds. */
const [MIN_PAUSE_MS, MAX_PAUSE_MS] = [50, 1000];

/**
 * Runs a task, and runs it again while the server is busy. Pauses before each retry for as long as
 * the error advises, within a second.
 *
 * @throws The error of the task. `busy` is thrown only after `forMs`.
 * @throws {DomainError} `client-gone` if the client disconnects during a pause.
 */
export async function retryBusy<Result>(
  task: () => Promise<Result>,
  { forMs, signal }: RetryBusyOptions,
): Promise<Result> {
  const start = performance.now();
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== "busy") throw error;
      const advised = error instanceof BusyError ? error.retryAfterMs : MAX_PAUSE_MS;
      const pauseMs = Math.min(Math.max(advised, MIN_PAUSE_MS), MAX_PAUSE_MS);
      if (performance.now() - start + pauseMs > forMs) throw error;
      await pause(pauseMs, signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw goneError();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(goneError());
  signal.addEventListener("abort", stop);
  const timer = setTimeout(resolve, ms);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
