import { DomainError, goneError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectCall, DetectOptions, Detector, DetectResult } from "../ports/detector.ts";

/** Options of a {@linkcode DetectorPool}. */
export interface PoolOptions {
  /** Number of detectors that run in parallel. */
  readonly size: number;
  /** Maximum number of calls that wait for a free detector. */
  readonly queue: number;
  /** Starts one detector. Called for each detector of the pool and for each replacement. */
  readonly start: () => Promise<Detector>;
  /**
   * Milliseconds between a failed start of a replacement detector and the next attempt. The pause
   * doubles after each further failure.
   *
   * @default 500
   */
  readonly retryMs?: number | undefined;
  /** Logs why a detector is replaced, or why its replacement did not start. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
}

/** Call of `detect()` that waits for a free detector. */
interface QueuedCall {
  readonly run: (detector: Detector) => void;
  readonly reject: (error: DomainError) => void;
}

/** Maximum milliseconds between two attempts to start a replacement detector. */
const MAX_RETRY_MS = 30_000;

/**
 * Several detectors of one model that callers use like a single detector. While all detectors are
 * busy, calls wait in a queue of limited length.
 *
 * Each detector runs in its own worker and processes one image at a time. Killing a worker at a
 * deadline therefore fails only the call that was too slow. The pool replaces a detector that
 * breaks down.
 */
export class DetectorPool implements Detector {
  /** Model that every detector of the pool has loaded. */
  readonly model: Detector["model"];
  /** Engine that runs the model in every detector of the pool. */
  readonly engine: Detector["engine"];
  readonly #options: PoolOptions;
  readonly #alive = new Set<Detector>();
  readonly #idle: Detector[] = [];
  readonly #queue: QueuedCall[] = [];
  #closed = false;
  /** Message of the last failed replacement, after `": "`. Empty after a successful replacement. */
  #lastFault = "";

  private constructor(options: PoolOptions, detectors: readonly Detector[]) {
    this.#options = options;
    const [first] = detectors;
    if (first === undefined) {
      throw new RangeError(
        `Cannot open a pool as size must be at least 1: current value is ${options.size}`,
      );
    }
    this.model = first.model;
    this.engine = first.engine;
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
   * @throws {DomainError} `busy`, if the queue is full; `client-gone`, if the caller cancels a call
   * that is queued; `worker-crashed`, if no detector is left and none can be started;
   * `model-not-ready`, if the pool is closed; otherwise the error of the detector.
   */
  detect(
    image: ImageInput,
    options?: DetectOptions,
    call: DetectCall = {},
  ): Promise<DetectResult> {
    if (this.#closed) return Promise.reject(closedError());
    if (call.signal?.aborted) return Promise.reject(goneError());
    // If no detector is left, calls wait while the pool first tries to start a replacement. Once
    // that attempt has failed, calls are rejected at once until a later attempt succeeds.
    if (this.#alive.size === 0 && this.#lastFault) return Promise.reject(this.#crashedError());
    const idle = this.#idle.pop();
    if (idle === undefined && this.#queue.length >= this.#options.queue) {
      return Promise.reject(this.#busyError());
    }
    const { promise, resolve, reject } = Promise.withResolvers<DetectResult>();
    const run = (detector: Detector) => {
      resolve(detector.detect(image, options, call).finally(() => this.#release(detector)));
    };
    if (idle === undefined) this.#enqueue({ run, reject }, call.signal);
    else run(idle);
    return promise;
  }

  /** Returns why no detector can run a call, or null if at least one detector can. */
  unreadiness(): string | null {
    if (this.#alive.size === 0) return this.#outage();
    const reasons = [...this.#alive].map((detector) => detector.unreadiness?.() ?? null);
    return reasons.every((reason) => reason !== null) ? reasons[0] ?? null : null;
  }

  /** Rejects all queued calls, then closes each detector. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectAll(closedError());
    await Promise.all([...this.#alive].map((detector) => detector.close()));
    this.#alive.clear();
  }

  #enqueue(call: QueuedCall, signal: AbortSignal | undefined): void {
    // A caller may use one signal for many calls. The listener keeps the image of its call in
    // memory, so the pool removes the listener when the call leaves the queue.
    const stopListening = () => signal?.removeEventListener("abort", cancel);
    const queued: QueuedCall = {
      run: (detector) => (stopListening(), call.run(detector)),
      reject: (error) => (stopListening(), call.reject(error)),
    };
    const cancel = () => {
      this.#queue.splice(this.#queue.indexOf(queued), 1);
      queued.reject(goneError());
    };
    signal?.addEventListener("abort", cancel);
    this.#queue.push(queued);
  }

  #add(detector: Detector): void {
    this.#alive.add(detector);
    void detector.brokenDown?.then((error) => this.#replace(detector, error));
    this.#release(detector);
  }

  /** Gives a detector the next queued call, or marks the detector as idle if no call waits. */
  #release(detector: Detector): void {
    // The last call broke the detector down.
    if (!this.#alive.has(detector)) return;
    const next = this.#queue.shift();
    if (next === undefined) this.#idle.push(detector);
    else next.run(detector);
  }

  async #replace(detector: Detector, error: Error): Promise<void> {
    this.#alive.delete(detector);
    const index = this.#idle.indexOf(detector);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#options.log?.(`A worker of model "${this.model.id}" is replaced: ${error.message}`);
    let pause = this.#options.retryMs ?? 500;
    while (!this.#closed) {
      try {
        return this.#adopt(await this.#options.start());
      } catch (failure) {
        this.#lastFault = `: ${(failure as Error).message}`;
        this.#options.log?.(`No new worker of model "${this.model.id}"${this.#lastFault}`);
        if (this.#alive.size === 0) this.#rejectAll(this.#crashedError());
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(2 * pause, MAX_RETRY_MS);
    }
  }

  /** Adds a replacement detector, or closes it if the pool was closed during its start. */
  #adopt(detector: Detector): void {
    this.#lastFault = "";
    if (this.#closed) void detector.close();
    else this.#add(detector);
  }

  #rejectAll(error: DomainError): void {
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }

  #crashedError(): DomainError {
    return new DomainError("worker-crashed", `Cannot detect as ${this.#outage()}`);
  }

  #outage(): string {
    return `its workers broke down and are being replaced${this.#lastFault}`;
  }

  #busyError(): DomainError {
    return new DomainError(
      "busy",
      `Cannot take the image as at most ${this.#options.queue} may wait and the queue is full: ` +
        "try again in a moment",
    );
  }
}

function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}
