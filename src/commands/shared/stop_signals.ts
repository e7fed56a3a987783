import process from "node:process";

/** Signals that ask a program to end. Ctrl+C in a terminal sends SIGINT. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** Steps of {@linkcode onStopSignals}. */
export interface StopSteps {
  /** Starts to end the program in order. */
  readonly stop: () => void;
  /** Ends the program at once. */
  readonly end: () => void;
}

/**
 * Calls `stop` at the first of the signals, and `end` at a signal that arrives after the pause.
 *
 * A terminal sends Ctrl+C to all its programs. `deno task`, npm and npx send the signal to their
 * own program once more. Signals within the pause are therefore ignored.
 *
 * @param pauseMs Milliseconds after the first signal.
 * @returns Function that ends the listening.
 */
export function onStopSignals(
  signals: readonly StopSignal[],
  { stop, end }: StopSteps,
  pauseMs = 1000,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isImpatient = false;
  const listener = () => {
    if (isImpatient) end();
    if (timer !== undefined) return;
    timer = setTimeout(() => isImpatient = true, pauseMs);
    stop();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, listener);
  };
}
