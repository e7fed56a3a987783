import { type DomainError, goneError } from "../core/domain_error.ts";
import type { DetectCall, Detector } from "../ports/detector.ts";
import { Admission } from "./admission.ts";
import { FairQueue } from "./fair_queue.ts";
import type { PoolOptions } from "./pool_options.ts";

/** Call of `detect()` or `draw()` that waits for a free detector. */
export interface QueuedCall {
  /** Time at which the call was queued. */
  readonly since: number;
  /** Number of runs of the graph. */
  readonly runs: number;
  /** Runs the call with a detector. */
  readonly run: (detector: Detector) => void;
  /** Ends the call with an error. */
  readonly reject: (error: DomainError) => void;
}

/** Queued call, with the time that it may wait. */
interface PatientCall extends QueuedCall {
  /** Maximum milliseconds in the queue. Undefined: not known when the call was queued. */
  readonly patienceMs: number | undefined;
}

/**
 * Queue of the calls that wait for a detector of a pool. Refuses a call whose predicted wait is too
 * long, lets clients take turns, and drops calls that have waited too long.
 */
export class CallQueue {
  readonly #queue = new FairQueue<PatientCall>(({ runs }) => runs);
  readonly #admission: Admission;
  readonly #now: () => number;

  /** Creates an empty queue. */
  constructor(
    options: Pick<PoolOptions, "size" | "queue" | "maxWaitMs"> & { readonly now: () => number },
  ) {
    this.#admission = new Admission({ ...options, workers: options.size });
    this.#now = options.now;
  }

  /** Number of queued calls. */
  get length(): number {
    return this.#queue.length;
  }

  /** Returns the predicted wait of one more call, milliseconds. */
  waitMs(): number {
    return this.#admission.waitMs(this.#runsBefore(1));
  }

  /** Updates the mean service time with the time that a run of the graph took. */
  learn(ms: number, succeeded: boolean): void {
    this.#admission.learn(ms, succeeded);
  }

  /** Returns the error with which a call of `client` would be refused now, or null. */
  refusal(client: string): DomainError | null {
    return this.#queue.canMakeRoomFor(client) ? null : this.#fullness(1);
  }

  /**
   * Makes sure that a call of `client` may be queued. If the queue is full, drops the newest call
   * of the client with the most calls. Drops a call only if that client has at least two more
   * queued calls than `client`.
   *
   * @returns The error if the call may not be queued, otherwise null.
   */
  makeRoomFor(client: string, runs: number): DomainError | null {
    const refusal = this.#fullness(runs);
    if (refusal === null) return null;
    const displaced = this.#queue.makeRoomFor(client);
    if (displaced === undefined) return refusal;
    displaced.reject(this.#admission.displaced(this.#queue.length));
    return null;
  }

  /** Queues a call. If its caller cancels the call, the call leaves the queue. */
  push(call: QueuedCall, { signal, client = "" }: DetectCall): void {
    // A caller may use one signal for many calls, and each listener keeps the image of its call in
    // memory. Therefore the queue removes the listener when the call leaves the queue.
    const stopListening = () => signal?.removeEventListener("abort", cancel);
    const queued: PatientCall = {
      ...call,
      patienceMs: this.#admission.patienceFor(call.runs),
      run: (detector) => (stopListening(), call.run(detector)),
      reject: (error) => (stopListening(), call.reject(error)),
    };
    const cancel = () => {
      this.#queue.remove(client, queued);
      queued.reject(goneError());
    };
    signal?.addEventListener("abort", cancel);
    this.#queue.push(client, queued);
  }

  /**
   * Removes and returns the next call. Rejects the calls before it that have waited too long.
   *
   * @param onlyShort True to leave calls in the queue that run the graph several times.
   * @returns Call, or undefined if no call waits.
   */
  shift({ onlyShort }: { readonly onlyShort: boolean }): QueuedCall | undefined {
    for (;;) {
      const next = this.#queue.shift(onlyShort ? isShort : undefined);
      if (next === undefined) return undefined;
      const { since, patienceMs } = next;
      if (!this.#admission.isTooLate(this.#now() - since, patienceMs)) return next;
      next.reject(this.#admission.late(this.#queue.length, patienceMs));
    }
  }

  /** Rejects all queued calls. */
  rejectAll(error: DomainError): void {
    for (const { reject } of this.#queue.clear()) reject(error);
  }

  /** Returns null if one more call may wait in the queue, otherwise the error for this call. */
  #fullness(runs: number): DomainError | null {
    const { length } = this.#queue;
    const before = this.#runsBefore(runs);
    if (this.#admission.admits(length, runs, before)) return null;
    return this.#admission.refusal(length, runs, before);
  }

  /**
   * Returns the number of runs of the graph for which a new call waits. Long calls, which run the
   * graph several times, let short calls pass.
   */
  #runsBefore(runs: number): number {
    const { length, cost } = this.#queue;
    if (cost === length) return length;
    return runs > 1 ? cost : this.#queue.count(isShort);
  }
}

function isShort({ runs }: QueuedCall): boolean {
  return runs === 1;
}
