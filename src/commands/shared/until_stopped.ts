import process from "node:process";
import { onStopSignals } from "./stop_signals.ts";

/** Exit code of a command that Ctrl+C has stopped: 128 plus 2, the number of the signal SIGINT. */
export const STOPPED = 130;

/**
 * Runs a task. The first Ctrl+C aborts the signal that the task received, so that the task can
 * still save its results. A second Ctrl+C, more than a second later, ends the process.
 */
export async function untilStopped<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = onStopSignals(["SIGINT"], {
    stop: () => controller.abort(),
    end: () => process.exit(STOPPED),
  });
  try {
    return await task(controller.signal);
  } finally {
    stopListening();
  }
}
