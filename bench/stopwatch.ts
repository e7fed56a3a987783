/** Times of a task, in milliseconds. */
export interface Measurement {
  /** Name of the task. */
  readonly name: string;
  /** Median of the runs. */
  readonly median: number;
  /** Fastest run. */
  readonly least: number;
  /** Number of runs. */
  readonly runs: number;
}

/** Task with its name; it may return its own time, if it ran on another thread. */
export type Task = readonly [name: string, run: () => Promise<number | void> | number | void];

/**
 * Pause before each run, in milliseconds. The threads of an engine wait for more work in a loop after
 * a run, and would take the time of the next task.
 */
const REST_MS = 100;

/**
 * Times tasks in turn, so that a machine that slows down slows all of them.
 *
 * A tenth more rounds come first and do not count.
 */
export async function measure(tasks: readonly Task[], rounds: number): Promise<Measurement[]> {
  const timed = tasks.map(([name, run]) => ({ name, run, times: [] as number[] }));
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round++) {
    for (const { run, times } of timed) {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      const started = performance.now();
      const own = await run();
      const ms = own ?? performance.now() - started;
      if (round >= 0) times.push(ms);
    }
  }
  return timed.map(({ name, times }) => measurementOf(name, times));
}

/** Sums up the times of a task. */
export function measurementOf(name: string, times: readonly number[]): Measurement {
  const sorted = times.toSorted((a, b) => a - b);
  const [least] = sorted;
  const median = sorted[sorted.length >> 1];
  if (least === undefined || median === undefined) {
    throw new RangeError(`Cannot measure ${name} as it must run at least once`);
  }
  return { name, median, least, runs: times.length };
}

/** Returns the median of the measurement with this name. */
export function medianOf(measurements: readonly Measurement[], name: string): number {
  const found = measurements.find((measurement) => measurement.name === name);
  if (found === undefined) throw new RangeError(`Cannot find the measurement "${name}"`);
  return found.median;
}
