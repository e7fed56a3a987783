import { BusyError } from "../core/domain_error.ts";

/** Options of an {@linkcode Admission}. */
export interface AdmissionOptions {
  /** Number of workers that process one image each. */
  readonly workers: number;
  /**
   * Maximum number of waiting images. This limit also applies if the images have a short predicted
   * wait.
   */
  readonly queue: number;
  /**
   * Maximum predicted wait of an image, milliseconds. An image whose predicted wait is longer is
   * refused. Unset: no limit.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Returns a random number from 0 to 1. The number spreads the retries of refused clients over
   * time.
   *
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
}

/** Maximum number of waiting images if the setting `QUEUE` is unset. */
export const DEFAULT_QUEUE = 100;

/**
 * Wait that is always allowed, as a multiple of the mean service time. The service time is the time
 * that a worker needs for one image. With this minimum, one worker accepts eight images at the same
 * time, however slow the model is. Seven images wait, and the predicted wait of the last image is
 * 6.5 mean service times.
 */
const MIN_TURNS = 7;

/**
 * Weight of the latest image in the mean service time (the mean time that a worker needs for one
 * image). Until `1 / WEIGHT` images have been measured, all images have the same weight.
 */
const WEIGHT = 0.1;

/**
 * Extra time that an admitted image may wait, as a fraction of the maximum predicted wait. The
 * predicted wait is a mean, so about half of the images wait longer than predicted. Without the
 * extra time, many admitted images would be dropped.
 */
const SLACK = 0.5;

/**
 * Decides from the measured service time (the time that one image takes) if one more image may
 * wait.
 *
 * An image is admitted if its predicted wait is within the limit. The prediction grows with the
 * number of waiting images and the mean service time. More workers make the predicted wait shorter.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #meanMs = 0;
  #learned = 0;

  /**
   * Creates an object that has not measured a service time yet. Until the first measurement, only
   * the number of waiting images is limited.
   */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Updates the mean service time with the time that an image took.
   *
   * @param succeeded False if the image failed. The time of a failed image only counts if it
   *   exceeds the mean. Damaged images fail early and would make the mean too low.
   */
  learn(ms: number, succeeded: boolean): void {
    if (!succeeded && ms <= this.#meanMs) return;
    this.#learned++;
    this.#meanMs += Math.max(WEIGHT, 1 / this.#learned) * (ms - this.#meanMs);
  }

  /**
   * Returns the predicted wait of a new image behind `waiting` images, milliseconds. The images
   * that the workers process now count as half an image altogether. An image that needs several runs
   * of the graph counts as several images.
   */
  waitMs(waiting: number): number {
    return (waiting + 0.5) * this.#meanMs / this.#options.workers;
  }

  /**
   * Returns true if one more image may wait behind `waiting` other images.
   *
   * @param runs Number of runs of the graph that the new image needs.
   * @param waitingRuns Number of runs that the waiting images need before the new image. Unset: one
   *   for each image.
   */
  admits(waiting: number, runs = 1, waitingRuns: number = waiting): boolean {
    return waiting < this.#options.queue && this.waitMs(waitingRuns) <= this.#limitMs(runs);
  }

  /**
   * Maximum milliseconds that an image may wait if it is admitted now. Undefined: no image has been
   * measured yet, so that the limit is not known.
   */
  get patienceMs(): number | undefined {
    return this.patienceFor(1);
  }

  /** Returns `patienceMs` for an image that needs several runs of the graph. */
  patienceFor(runs: number): number | undefined {
    return this.#learned === 0 ? undefined : this.#dropMs(runs);
  }

  /**
   * Returns true if an image has waited too long to be of use to its client.
   *
   * @param patienceMs Value of `patienceMs` when the image was admitted. A slow image that has run
   *   since then raises the mean service time, but not the patience of clients that wait already.
   */
  isTooLate(waitedMs: number, patienceMs: number = this.#dropMs()): boolean {
    return waitedMs > patienceMs;
  }

  /**
   * Returns the error for a new image that is refused while `waiting` other images wait. The
   * parameters are those of {@linkcode Admission.admits}.
   */
  refusal(waiting: number, runs = 1, waitingRuns: number = waiting): BusyError {
    const { queue } = this.#options;
    const why = waiting >= queue
      ? `at most ${queue} may wait and the queue is full`
      : `it would wait for ${seconds(this.waitMs(waitingRuns))} and may wait for ${
        seconds(this.#limitMs(runs))
      }`;
    return this.#busy(why, waitingRuns);
  }

  /**
   * Returns the error for a waiting image that was dropped to make room for an image of another
   * client.
   */
  displaced(waiting: number): BusyError {
    return this.#busy("the queue is full and other clients have fewer images in it", waiting);
  }

  /** Returns the error for an image that was dropped because it had waited too long. */
  late(waiting: number, patienceMs: number = this.#dropMs()): BusyError {
    return this.#busy(`it has waited for longer than ${seconds(patienceMs)}`, waiting);
  }

  #busy(why: string, waiting: number): BusyError {
    const { random = Math.random } = this.#options;
    // Adds a random time, so that clients that were refused at the same time do not retry at the
    // same time.
    const retryAfterMs = this.waitMs(waiting) * (1 + random());
    return new BusyError(`Cannot take the image as ${why}: try again in a moment`, retryAfterMs);
  }

  /** Returns the milliseconds of waiting after which an admitted image is dropped. */
  #dropMs(runs = 1): number {
    return (1 + SLACK) * this.#limitMs(runs);
  }

  /** Returns the maximum predicted wait. An image that needs several runs may wait for longer. */
  #limitMs(runs: number): number {
    const { maxWaitMs = Infinity } = this.#options;
    return Math.max(maxWaitMs, MIN_TURNS * runs * this.#meanMs);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
