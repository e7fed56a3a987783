import process from "node:process";

/** Exit code of a command that Ctrl+C stopped: 128 and the number of SIGINT. */
export const STOPPED = 130;

/**
 * Runs a task whose signal is aborted by the first Ctrl+C, so that the task can keep its results. A
 * second one ends the process.
 */
export async function untilStopped<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop);
  try {
    return await task(controller.signal);
  } finally {
    process.off("SIGINT", stop);
  }
}
