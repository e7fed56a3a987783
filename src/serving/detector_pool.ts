import { DomainError, goneError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type {
  DetectCall,
  DetectOptions,
  Detector,
  DetectorLoad,
  DetectResult,
} from "../ports/detector.ts";
import { Admission } from "./admission.ts";
import { DetectorSlots } from "./detector_slots.ts";
import { FairQueue } from "./fair_queue.ts";

/** Options of a {@linkcode DetectorPool}. */
export interface PoolOptions {
  /** Number of detectors that run in parallel. */
  readonly size: number;
  /** Maximum number of calls that wait for a free detector. */
  readonly queue: number;
  /**
   * Maximum predicted wait of a call, milliseconds. A call whose predicted wait is longer is
   * refused. Unset: no limit.
   */
  readonly maxWaitMs?: number | undefined;
  /** Starts one detector. Called for each detector of the pool and for each replacement. */
  readonly start: () => Promise<Detector>;
  /**
   * Milliseconds between a failed start of a replacement detector and the next attempt. The pause
   * doubles after each further failure.
   *
   * @default 500
   */
  readonly retryMs?: number | undefined;
  /**
   * Returns the current time in milliseconds.
   *
   * @default performance.now
   */
  readonly now?: (() => number) | undefined;
  /**
   * Counts how many times a call of `detect()` runs the graph. Throws an error to refuse the call
   * before it waits. Unset: each call runs the graph once.
   */
  readonly countRuns?: ((image: ImageInput, options: DetectOptions) => number) | undefined;
  /** Logs why a detector is replaced, or why its replacement did not start. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
  /** Receives the events of the pool, for metrics. Unset: the events are not recorded. */
  readonly observer?: PoolObserver | undefined;
}

/** Receiver of the events of a pool. The methods must not throw errors. */
export interface PoolObserver {
  /**
   * Called when a call leaves the queue for a detector, with the milliseconds that the call waited.
   */
  waited(model: string, ms: number): void;
  /** Called with the result of each detection. */
  detected(result: DetectResult): void;
  /** Called when a detector has crashed and is replaced. */
  replaced(model: string): void;
}

/** Call of `detect()` that waits for a free detector. */
interface QueuedCall {
  /** Time at which the call was queued. */
  readonly since: number;
  /** Maximum milliseconds in the queue. Undefined: not known when the call was queued. */
  readonly patienceMs: number | undefined;
  /** Number of runs of the graph. */
  readonly runs: number;
  readonly run: (detector: Detector) => void;
  readonly reject: (error: DomainError) => void;
}

/** Maximum milliseconds between two attempts to start a replacement detector. */
const MAX_RETRY_MS = 30_000;

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
  readonly #slots = new DetectorSlots();
  readonly #queue = new FairQueue<QueuedCall>(({ runs }) => runs);
  readonly #admission: Admission;
  readonly #now: () => number;
  #closed = false;
  /**
   * End of an error message: `": "` and the error of the last replacement detector that failed to
   * start. Empty if the last replacement started.
   */
  #lastFault = "";

  private constructor(options: PoolOptions, detectors: readonly Detector[]) {
    this.#options = options;
    this.#admission = new Admission({ ...options, workers: options.size });
    this.#now = options.now ?? (() => performance.now());
    const [first] = detectors;
    if (first === undefined) {
      throw new RangeError(
        `Cannot open a pool as size must be at least 1: current value is ${options.size}`,
      );
    }
    this.model = first.model;
    this.engine = first.engine;
    this.draw = first.draw &&
      ((image, request, call) =>
        this.#submit((detector) => detector.draw!(image, request, call), call));
    for (const detector of detectors) this.#add(detector);
  }

  /**
   * Opens a pool and starts all of its detectors.
   *
   * @throws {RangeError} If `size` is below 1.
   * @throws The error of the first detector that fails to start. The other detectors are closed.
   */
  static async open(options: PoolOptions): Promise<DetectorPool> {
    const starting = Array.from({ length: options.size }, () => options.start());
    try {
      return new DetectorPool(options, await Promise.all(starting));
    } catch (error) {
      for (const each of starting) void each.then((detector) => detector.close(), () => {});
      throw error;
    }
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
        const result = await detector.detect(image, options, { pause: nextTask, ...call });
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
    if (this.#slots.hasRoom(false) || this.#queue.canMakeRoomFor(client)) return null;
    return this.#fullness(1);
  }

  /**
   * Returns the number of queued calls, the predicted wait of one more call, and the number of
   * detectors.
   */
  load(): DetectorLoad {
    const isFree = this.#slots.hasRoom(false);
    const predictedWaitMs = isFree ? 0 : this.#admission.waitMs(this.#runsBefore(1));
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

  /** Rejects all queued calls, then closes each detector. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectAll(closedError());
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
      const refusal = this.#makeRoomFor(call.client ?? "", runs);
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
        if (!wasShared) this.#admission.learn(ms, succeeded);
        this.#dispatch();
      };
      const work = task(detector);
      void work.then(() => end(true), () => end(false));
      // The detector must be free again before the caller learns the result.
      resolve(work.finally(() => {}));
    };
    const patienceMs = this.#admission.patienceFor(runs);
    if (free === undefined) this.#enqueue({ since: arrived, patienceMs, runs, run, reject }, call);
    else run(free);
    return promise;
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

  /**
   * Makes sure that a call of `client` may be queued. If the queue is full, drops the newest call
   * of the client with the most calls. Drops a call only if that client has at least two more
   * queued calls than `client`.
   *
   * @returns The error if the call may not be queued, otherwise null.
   */
  #makeRoomFor(client: string, runs: number): DomainError | null {
    const refusal = this.#fullness(runs);
    if (refusal === null) return null;
    const displaced = this.#queue.makeRoomFor(client);
    if (displaced === undefined) return refusal;
    displaced.reject(this.#admission.displaced(this.#queue.length));
    return null;
  }

  #enqueue(call: QueuedCall, { signal, client = "" }: DetectCall): void {
    // A caller may use one signal for many calls, and each listener keeps the image of its call in
    // memory. Therefore the pool removes the listener when the call leaves the queue.
    const stopListening = () => signal?.removeEventListener("abort", cancel);
    const queued: QueuedCall = {
      ...call,
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

  #add(detector: Detector): void {
    this.#slots.add(detector);
    void detector.brokenDown?.then((error) => this.#replace(detector, error));
    this.#dispatch();
  }

  /** Passes queued calls to free detectors. Rejects calls that have waited too long. */
  #dispatch(): void {
    while (this.#slots.hasRoom(false)) {
      const next = this.#queue.shift(this.#slots.hasRoom(true) ? undefined : isShort);
      if (next === undefined) return;
      const { since, patienceMs, runs } = next;
      if (this.#admission.isTooLate(this.#now() - since, patienceMs)) {
        next.reject(this.#admission.late(this.#queue.length, patienceMs));
        continue;
      }
      const detector = this.#slots.take(runs > 1);
      if (detector !== undefined) next.run(detector);
    }
  }

  async #replace(detector: Detector, error: Error): Promise<void> {
    this.#slots.remove(detector);
    this.#options.observer?.replaced(this.model.id);
    this.#options.log?.(`A worker of model "${this.model.id}" is replaced: ${error.message}`);
    let pause = this.#options.retryMs ?? 500;
    while (!this.#closed) {
      try {
        return this.#adopt(await this.#options.start());
      } catch (failure) {
        this.#lastFault = `: ${(failure as Error).message}`;
        this.#options.log?.(`No new worker of model "${this.model.id}"${this.#lastFault}`);
        if (this.#slots.detectors.length === 0) this.#rejectAll(this.#crashedError());
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(2 * pause, MAX_RETRY_MS);
    }
  }

  /**
   * Adds a replacement detector. If the pool has been closed in the meantime, closes the detector.
   */
  #adopt(detector: Detector): void {
    this.#lastFault = "";
    if (this.#closed) void detector.close();
    else this.#add(detector);
  }

  #rejectAll(error: DomainError): void {
    for (const { reject } of this.#queue.clear()) reject(error);
  }

  #crashedError(): DomainError {
    return new DomainError("worker-crashed", `Cannot detect as ${this.#outage()}`);
  }

  #outage(): string {
    return `its workers broke down and are being replaced${this.#lastFault}`;
  }
}

function isShort({ runs }: QueuedCall): boolean {
  return runs === 1;
}

/** Waits until the thread has handled its other events, such as a message or a timer. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}
