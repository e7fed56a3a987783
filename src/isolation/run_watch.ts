import type { RunCost } from "../ports/detector.ts";
import type { Deadlines } from "./deadlines.ts";

/** Weight of the last run in the mean time of a run. */
const WEIGHT = 0.1;

/** Milliseconds that a timer may be late before this process counts as suspended. */
const MAX_LATE_MS = 1000;

/**
 * Watches the runs of a worker, which come one after the other, and reports one that takes too long.
 *
 * The limit follows the mean time of earlier runs, so a hung engine is noticed long before the
 * longest run that is allowed. The time is counted per element of the input tensor, because inputs
 * of some models differ in size.
 */
export class RunWatch {
  readonly #deadlines: Deadlines;
  readonly #onHung: (id: number, limitMs: number) => void;
  /** Elements of the input tensors of unfinished runs, by call id, oldest first. */
  readonly #runs = new Map<number, number>();
  #msPerElement: number | undefined;
  /** Time at which the oldest unfinished run began, by `performance.now()`. */
  #begunAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Creates a watch.
   *
   * @param onHung Called with the call id of a run that exceeds its limit.
   */
  constructor(deadlines: Deadlines, onHung: (id: number, limitMs: number) => void) {
    this.#deadlines = deadlines;
    this.#onHung = onHung;
  }

  /** Counts a finished run towards the mean. */
  learn({ elements, ms }: RunCost): void {
    const found = ms / elements;
    this.#msPerElement ??= found;
    this.#msPerElement += WEIGHT * (found - this.#msPerElement);
  }

  /** Begins the run of a call. It starts after the earlier ones. */
  begin(id: number, elements: number): void {
    this.#runs.set(id, elements);
    if (this.#runs.size === 1) this.#restart();
  }

  /** Ends the run of a call. Does nothing if it has not begun. */
  end(id: number): void {
    const elements = this.#runs.get(id);
    if (elements === undefined) return;
    this.#runs.delete(id);
    this.learn({ elements, ms: performance.now() - this.#begunAt });
    this.#restart();
  }

  /** Ends all runs. */
  stop(): void {
    this.#runs.clear();
    clearTimeout(this.#timer);
  }

  /** Returns a text if the current run takes unusually long, or null. */
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

  /** Starts the time of the oldest unfinished run. */
  #restart(): void {
    clearTimeout(this.#timer);
    const [oldest] = this.#runs;
    if (oldest === undefined) return;
    const [id, elements] = oldest;
    const limitMs = this.#limitMs(elements);
    this.#begunAt = performance.now();
    if (limitMs === Infinity) return;
    this.#timer = setTimeout(() => {
      // A suspended process would see its worker, which was suspended too, as hung.
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
