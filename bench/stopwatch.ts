/** What a task was measured at, in milliseconds. */
export interface Measurement {
  /** What was done. */
  readonly name: string;
  /** Half of the runs were faster. */
  readonly median: number;
  /** The fastest run. */
  readonly least: number;
  /** Runs. */
  readonly runs: number;
}

/** A task by name; it returns its own time where the clock must run elsewhere. */
export type Task = readonly [name: string, run: () => Promise<number | void> | number | void];

/**
 * Times tasks side by side: a run of each in turn, so that a machine that slows down slows all of
 * them. The first rounds do not count.
 */
export async function measure(tasks: readonly Task[], rounds: number): Promise<Measurement[]> {
  const times = tasks.map((): number[] => []);
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [i, [, run]] of tasks.entries()) {
      const started = performance.now();
      const own = await run();
      const ms = own ?? performance.now() - started;
      if (round >= 0) times[i].push(ms);
    }
  }
  return tasks.map(([name], i) => measurementOf(name, times[i]));
}

/** What the times of a task come to. */
export function measurementOf(name: string, times: readonly number[]): Measurement {
  const sorted = times.toSorted((a, b) => a - b);
  return { name, median: sorted[sorted.length >> 1], least: sorted[0], runs: times.length };
}
