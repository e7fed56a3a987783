import type { RunCost } from "../ports/detector.ts";
import type { Deadlines } from "./deadlines.ts";

/** Weight of the latest run in the moving average of run times. */
const WEIGHT = 0.1;

/**
 * Maximum milliseconds that a timer may fire late. A timer that fires later shows that this process
 * was suspended.
 */
const MAX_LATE_MS = 1000;

/**
 * Measures the model runs of a worker and reports a run that exceeds its time limit. A worker runs
 * the model for one image at a time.
 *
 * The limit of a run depends on the mean time of earlier runs. A hung engine is therefore noticed
 * long before `runMs`, the maximum for any run. The mean time is measured per element of the input
 * tensor, because some models accept inputs of different sizes.
 */
export class RunWatch {
  readonly #deadlines: Deadlines;
  readonly #onHung: (id: number, limitMs: number) => void;
  /** Numbers of elements in the input tensors of unfinished runs, by call id, oldest first. */
  readonly #runs = new Map<number, number>();
  #msPerElement: number | undefined;
  /** Value of `performance.now()` at the start of the oldest unfinished run. */
  #begunAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Creates a watch without runs.
   *
   * @param onHung Called with the call id and the limit when a run exceeds its limit.
   */
  constructor(deadlines: Deadlines, onHung: (id: number, limitMs: number) => void) {
    this.#deadlines = deadlines;
    this.#onHung = onHung;
  }

  /** Adds the time of a finished run of the model to the mean time of all runs. */
  learn({ elements, ms }: RunCost): void {
    const found = ms / elements;
    this.#msPerElement ??= found;
    this.#msPerElement += WEIGHT * (found - this.#msPerElement);
  }

  /**
   * Adds a run. Call this method as soon as the input tensor is ready. The measurement of the run
   * starts when all earlier runs have ended.
   */
  begin(id: number, elements: number): void {
    this.#runs.set(id, elements);
    if (this.#runs.size === 1) this.#restart();
  }

  /**
   * Ends a run and adds the time of the run to the mean. Does nothing if the run was never added.
   */
  end(id: number): void {
    const elements = this.#runs.get(id);
    if (elements === undefined) return;
    this.#runs.delete(id);
    this.learn({ elements, ms: performance.now() - this.#begunAt });
    this.#restart();
  }

  /** True if the worker runs the model. */
  get isRunning(): boolean {
    return this.#runs.size > 0;
  }

  /** Removes all runs without adding their times to the mean. */
  stop(): void {
    this.#runs.clear();
    clearTimeout(this.#timer);
  }

  /** Warning if the current run has taken over half of its limit, otherwise null. */
  get slowness(): string | null {
    const [elements] = this.#runs.values();
    const usual = this.#msPerElement;
    if (elements === undefined || usual === undefined) return null;
    const ms = performance.now() - this.#begunAt;
    if (ms < this.#limitMs(elements) / 2) return null;
    return `its worker has run the model for ${seconds(ms)}, usual are ${
      seconds(usual * elements)
    }`;
  }

  /** Starts to measure the oldest unfinished run, and sets a timer for its limit. */
  #restart(): void {
    clearTimeout(this.#timer);
    const [oldest] = this.#runs;
    if (oldest === undefined) return;
    const [id, elements] = oldest;
    const limitMs = this.#limitMs(elements);
    this.#begunAt = performance.now();
    if (limitMs === Infinity) return;
    this.#timer = setTimeout(() => {
      // If the timer is late, this process was suspended, and so was the worker. The worker is not
      // hung, so the measurement starts again.
      const lateMs = performance.now() - this.#begunAt - limitMs;
      if (lateMs > MAX_LATE_MS) this.#restart();
      else this.#onHung(id, limitMs);
    }, limitMs);
  }

  #limitMs(elements: number): number {
    const { runMs, usualRun } = this.#deadlines;
    if (usualRun === undefined || this.#msPerElement === undefined) return runMs;
    const { factor, minMs } = usualRun;
    const limitMs = Math.ceil(factor * this.#msPerElement * elements);
    return Math.min(runMs, Math.max(minMs, limitMs));
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
