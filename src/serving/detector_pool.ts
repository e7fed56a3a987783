import { DomainError, goneError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectCall, DetectOptions, Detector, DetectResult } from "../ports/detector.ts";

/** Options of a {@linkcode DetectorPool}. */
export interface PoolOptions {
  /** Number of detectors that run in parallel. */
  readonly size: number;
  /** Maximum number of queued calls. */
  readonly queue: number;
  /** Starts a detector. */
  readonly start: () => Promise<Detector>;
  /**
   * Milliseconds until the first retry of a failed replacement; doubled with each further retry.
   *
   * @default 500
   */
  readonly retryMs?: number | undefined;
  /** Logs why a detector is replaced, and why a replacement failed. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
}

/** A queued call. */
interface QueuedCall {
  readonly run: (detector: Detector) => void;
  readonly reject: (error: DomainError) => void;
}

/** Maximum milliseconds between two retries of a replacement. */
const MAX_RETRY_MS = 30_000;

/**
 * Several detectors of one model behind a bounded queue, used as one detector.
 *
 * Each detector processes one image at a time, so killing its worker at a deadline fails no other
 * call. A detector that breaks down is replaced; meanwhile calls are queued.
 */
export class DetectorPool implements Detector {
  /** Model of the detectors. */
  readonly model: Detector["model"];
  /** Engine of the detectors. */
  readonly engine: Detector["engine"];
  readonly #options: PoolOptions;
  readonly #alive = new Set<Detector>();
  readonly #idle: Detector[] = [];
  readonly #queue: QueuedCall[] = [];
  #closed = false;
  /** Error of the last failed replacement, with a colon before it. Empty after a success. */
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
   * @throws The error of the first detector that fails to start; the others are closed.
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
   * @throws {DomainError} `busy` immediately, if the queue is full; `client-gone`, if the call was
   * cancelled in the queue; `worker-crashed`, if no detector can be started; otherwise the error of
   * the detector.
   */
  detect(
    image: ImageInput,
    options?: DetectOptions,
    call: DetectCall = {},
  ): Promise<DetectResult> {
    if (this.#closed) return Promise.reject(closedError());
    if (call.signal?.aborted) return Promise.reject(goneError());
    // Queues calls during the first attempt to replace the last detector, but not during retries.
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

  /** Returns the reason why no detector is available, or null. */
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
    // A signal may outlive many calls. Its listener holds the image of the call, so the listener is
    // removed as soon as the call leaves the queue.
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

  /** Runs the next queued call on a detector, unless the last call broke the detector down. */
  #release(detector: Detector): void {
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

  /** Adds a new detector, or closes it if the pool was closed while it started. */
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
