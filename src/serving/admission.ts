import { BusyError } from "../core/domain_error.ts";

/** Options of an {@linkcode Admission}. */
export interface AdmissionOptions {
  /** Number of workers that process one image each. */
  readonly workers: number;
  /** Maximum number of images that wait, whatever the predicted wait is. */
  readonly queue: number;
  /** Maximum milliseconds that an image may be predicted to wait. Unset: no limit. */
  readonly maxWaitMs?: number | undefined;
  /**
   * Random number from 0 to 1, which spreads the retries of refused clients.
   *
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
}

/** Maximum number of images that wait if `QUEUE` is unset. */
export const DEFAULT_QUEUE = 100;

/** Multiple of the mean service time that an image may always wait. Slow models need it. */
const MIN_TURNS = 3;

/** Weight of the last image in the mean service time. Used after the first `1 / WEIGHT` images. */
const WEIGHT = 0.1;

/**
 * Extra wait of an admitted image, as a fraction of the limit. Predicted waits are means, so half
 * of the images admitted at the limit wait longer. Without the extra wait, they would be dropped.
 */
const SLACK = 0.5;

/**
 * Decides from the measured service time whether one more image may wait.
 *
 * An image is admitted while (waiting + ½) × mean service time ÷ workers is within the limit.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #meanMs = 0;
  #learned = 0;

  /** Starts without a service time: only the number of images is limited. */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Counts the service time of an image.
   *
   * @param succeeded False: the image failed, and its time counts only if it exceeds the mean.
   *   Damaged images fail early, so their times would make the mean too low.
   */
  learn(ms: number, succeeded: boolean): void {
    if (!succeeded && ms <= this.#meanMs) return;
    this.#learned++;
    this.#meanMs += Math.max(WEIGHT, 1 / this.#learned) * (ms - this.#meanMs);
  }

  /** Returns true if one more image may wait behind `waiting` others. */
  admits(waiting: number): boolean {
    return waiting < this.#options.queue && this.#waitMs(waiting) <= this.#limitMs;
  }

  /** Returns true if an image has waited too long to be of use to its client. */
  isTooLate(waitedMs: number): boolean {
    return waitedMs > (1 + SLACK) * this.#limitMs;
  }

  /** Returns the error for an image that may not wait behind `waiting` others. */
  refusal(waiting: number): BusyError {
    const { queue } = this.#options;
    const why = waiting >= queue
      ? `at most ${queue} may wait and the queue is full`
      : `it would wait for ${seconds(this.#waitMs(waiting))} and may wait for ${
        seconds(this.#limitMs)
      }`;
    return this.#busy(why, waiting);
  }

  /** Returns the error for a waiting image that was dropped in favour of another client. */
  displaced(waiting: number): BusyError {
    return this.#busy("the queue is full and other clients have fewer images in it", waiting);
  }

  /** Returns the error for an image that was dropped because it had waited too long. */
  late(waiting: number): BusyError {
    return this.#busy(`it has waited for longer than ${seconds(this.#limitMs)}`, waiting);
  }

  #busy(why: string, waiting: number): BusyError {
    const { random = Math.random } = this.#options;
    // Clients that were refused at the same time must not retry at the same time.
    const retryAfterMs = this.#waitMs(waiting) * (1 + random());
    return new BusyError(`Cannot take the image as ${why}: try again in a moment`, retryAfterMs);
  }

  /** Returns the predicted wait behind `waiting` images. Running images count as half done. */
  #waitMs(waiting: number): number {
    return (waiting + 0.5) * this.#meanMs / this.#options.workers;
  }

  get #limitMs(): number {
    const { maxWaitMs = Infinity } = this.#options;
    return Math.max(maxWaitMs, MIN_TURNS * this.#meanMs);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
