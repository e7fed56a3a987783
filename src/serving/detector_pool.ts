import { closedError, DomainError, goneError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type {
  DetectCall,
  DetectOptions,
  Detector,
  DetectorLoad,
  DetectResult,
} from "../ports/detector.ts";
import { CallQueue } from "./call_queue.ts";
import { DetectorSlots } from "./detector_slots.ts";
import type { PoolOptions } from "./pool_options.ts";
import { startWithRetries } from "./start_with_retries.ts";

/**
 * Several detectors of one model that callers use like a single detector. While all detectors are
 * busy, calls wait in a queue. A call is refused if its predicted wait exceeds a limit. Clients
 * take turns in the queue.
 *
 * Each detector runs in its own worker and processes one image at a time. An image in tiles lets
 * other images pass between its tiles. If a call misses its deadline, the worker is killed, and only
 * the calls that it runs fail. The pool then starts another worker as a replacement.
 */
export class DetectorPool implements Detector {
  /** Model that every detector of the pool has loaded. */
  readonly model: Detector["model"];
  /** Engine that runs the model in every detector of the pool. */
  readonly engine: Detector["engine"];
  /**
   * Draws detections over an image as soon as a detector is free. Calls of `draw()` and `detect()`
   * wait in the same queue. Unset: the detectors cannot draw.
   */
  readonly draw: Detector["draw"];
  readonly #options: PoolOptions;
  readonly #slots: DetectorSlots;
  readonly #queue: CallQueue;
  readonly #now: () => number;
  /** Pause between two tiles. Undefined if no other call may run in the pause. */
  readonly #pause: DetectCall["pause"];
  /** Ends of the calls that run now. */
  readonly #running = new Set<Promise<void>>();
  #closed = false;
  /**
   * End of an error message: `": "` and the error of the last detector that failed to start. Empty if
   * the last one started.
   */
  #lastFault = "";

  private constructor(options: PoolOptions, first: Detector) {
    this.#options = options;
    this.#slots = new DetectorSlots(options.hasRoomBeside);
    this.#now = options.now ?? (() => performance.now());
    this.#pause = options.hasRoomBeside === false ? undefined : nextTask;
    this.#queue = new CallQueue({ ...options, now: this.#now });
    this.model = first.model;
    this.engine = first.engine;
    this.draw = first.draw &&
      ((image, request, call) =>
        this.#submit((detector) => detector.draw!(image, request, call), call));
    this.#add(first);
  }

  /**
   * Opens a pool as soon as its first detector has started. The other detectors start only then, so
   * that they do not delay the first answer. If one of them does not start, the pool tries again.
   *
   * @throws {RangeError} If `size` is below 1.
   * @throws The error of the first detector, if it does not start.
   */
  static async open(options: PoolOptions): Promise<DetectorPool> {
    if (options.size < 1) {
      throw new RangeError(
        `Cannot open a pool as size must be at least 1: current value is ${options.size}`,
      );
    }
    const pool = new DetectorPool(options, await options.start());
    for (let started = 1; started < options.size; started++) void pool.#startAnother();
    return pool;
  }

  /**
   * Detects objects in an image as soon as a detector is free.
   *
   * @throws {DomainError} `busy`, if the queue is full or the call waits too long; `client-gone`,
   *   if the caller cancels a queued call; `worker-crashed`, if all detectors have crashed and no
   *   replacement has started; `model-not-ready`, if the pool is closed; otherwise the error of the
   *   detector.
   */
  async detect(
    image: ImageInput,
    options?: DetectOptions,
    call?: DetectCall,
  ): Promise<DetectResult> {
    const runs = this.#options.countRuns?.(image, options ?? {}) ?? 1;
    return await this.#submit(
      async (detector) => {
        const result = await detector.detect(image, options, { pause: this.#pause, ...call });
        this.#options.observer?.detected(result);
        return result;
      },
      call,
      runs,
    );
  }

  /**
   * Returns the error with which a call of this client would be refused now. Returns null if the
   * call would be accepted.
   */
  refusal(client: string): Error | null {
    return this.#slots.hasRoom(false) ? null : this.#queue.refusal(client);
  }

  /**
   * Returns the number of queued calls, the predicted wait of one more call, and the number of
   * detectors.
   */
  load(): DetectorLoad {
    const isFree = this.#slots.hasRoom(false);
    const predictedWaitMs = isFree ? 0 : this.#queue.waitMs();
    const workers = this.#slots.detectors.length;
    return { waiting: this.#queue.length, predictedWaitMs, workers };
  }

  /**
   * Returns the reason why no detector can run a call. Returns null if a detector can run a call.
   */
  unreadiness(): string | null {
    const { detectors } = this.#slots;
    if (detectors.length === 0) return this.#outage();
    const reasons = detectors.map((detector) => detector.unreadiness?.() ?? null);
    return reasons.every((reason) => reason !== null) ? reasons[0] ?? null : null;
  }

  /**
   * Rejects queued and later calls, waits for the running calls, then closes each detector. A hung
   * worker ends the wait when it misses its deadline.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.rejectAll(closedError());
    await Promise.all(this.#running);
    await Promise.all(this.#slots.detectors.map((detector) => detector.close()));
    this.#slots.clear();
  }

  /**
   * Runs a task with the next free detector. Until then, the task waits in the queue.
   *
   * @param runs Number of times that the task runs the graph.
   */
  #submit<Result>(
    task: (detector: Detector) => Promise<Result>,
    call: DetectCall = {},
    runs = 1,
  ): Promise<Result> {
    if (this.#closed) return Promise.reject(closedError());
    if (call.signal?.aborted) return Promise.reject(goneError());
    // If all detectors have crashed, calls wait during the first attempt to start a replacement. If
    // that attempt fails, calls are rejected immediately until a later attempt succeeds.
    const isDown = this.#slots.detectors.length === 0;
    if (isDown && this.#lastFault) return Promise.reject(this.#crashedError());
    const isLong = runs > 1;
    const free = this.#slots.take(isLong);
    if (free === undefined) {
      const refusal = this.#queue.makeRoomFor(call.client ?? "", runs);
      if (refusal !== null) return Promise.reject(refusal);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const arrived = this.#now();
    const run = (detector: Detector) => {
      const begun = this.#now();
      this.#options.observer?.waited(this.model.id, begun - arrived);
      call.onStarted?.();
      const end = (succeeded: boolean) => {
        const ms = (this.#now() - begun) / runs;
        const wasShared = this.#slots.release(detector, isLong);
        if (!wasShared) this.#queue.learn(ms, succeeded);
        this.#dispatch();
      };
      const work = task(detector);
      const ended = work.then(() => end(true), () => end(false))
        .finally(() => this.#running.delete(ended));
      this.#running.add(ended);
      // The detector must be free again before the caller learns the result.
      resolve(work.finally(() => {}));
    };
    if (free === undefined) this.#queue.push({ since: arrived, runs, run, reject }, call);
    else run(free);
    return promise;
  }

  #add(detector: Detector): void {
    this.#slots.add(detector);
    void detector.brokenDown?.then((error) => this.#replace(detector, error));
    this.#dispatch();
  }

  /** Passes queued calls to free detectors. */
  #dispatch(): void {
    while (this.#slots.hasRoom(false)) {
      const next = this.#queue.shift({ onlyShort: !this.#slots.hasRoom(true) });
      if (next === undefined) return;
      const detector = this.#slots.take(next.runs > 1);
      if (detector !== undefined) next.run(detector);
    }
  }

  async #replace(detector: Detector, error: Error): Promise<void> {
    this.#slots.remove(detector);
    if (this.#closed) return;
    this.#options.observer?.replaced(this.model.id);
    this.#options.log?.(`A worker of model "${this.model.id}" is replaced: ${error.message}`);
    await this.#startAnother();
  }

  /** Adds a detector when it has started, unless the pool is closed by then. */
  async #startAnother(): Promise<void> {
    const detector = await startWithRetries(this.#options, {
      isCancelled: () => this.#closed,
      onFailed: (failure) => this.#note(failure),
    });
    if (detector === undefined) return;
    this.#lastFault = "";
    if (this.#closed) void detector.close();
    else this.#add(detector);
  }

  /** Keeps the error of a detector that did not start, for the errors of calls. */
  #note({ message }: Error): void {
    this.#lastFault = `: ${message}`;
    this.#options.log?.(`No new worker of model "${this.model.id}"${this.#lastFault}`);
    if (this.#slots.detectors.length === 0) this.#queue.rejectAll(this.#crashedError());
  }

  #crashedError(): DomainError {
    return new DomainError("worker-crashed", `Cannot detect as ${this.#outage()}`);
  }

  #outage(): string {
    return `its workers broke down and are being replaced${this.#lastFault}`;
  }
}

/** Waits until the thread has handled its other events, such as a message or a timer. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
