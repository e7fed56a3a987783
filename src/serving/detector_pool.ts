import { DomainError, goneError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectCall, DetectOptions, Detector, DetectResult } from "../ports/detector.ts";

/** What a pool is made of. */
export interface PoolOptions {
  /** Detectors that work side by side. */
  readonly size: number;
  /** Most calls that wait for one of them. */
  readonly queue: number;
  /** Starts a detector. */
  readonly start: () => Promise<Detector>;
  /** Milliseconds before a second try to replace a detector; doubled with each further one (500). */
  readonly retryMs?: number;
  /** Told why a detector is replaced, and why it could not be. */
  readonly log?: (message: string) => void;
}

/** A call that waits for its turn. */
interface Waiting {
  readonly run: (detector: Detector) => void;
  readonly reject: (error: DomainError) => void;
}

/** No pause between two tries to replace a detector is longer. */
const MAX_RETRY_MS = 30_000;

/**
 * Several detectors of one model behind a bounded queue, as one detector.
 *
 * Each of them looks at one image at a time, so that a deadline that ends one ends no other's
 * work. One that breaks down is replaced; calls wait meanwhile, as far as the queue reaches.
 */
export class DetectorPool implements Detector {
  /** The model. */
  readonly model: Detector["model"];
  /** The engine of each. */
  readonly engine: Detector["engine"];
  readonly #options: PoolOptions;
  readonly #alive = new Set<Detector>();
  readonly #idle: Detector[] = [];
  readonly #waiting: Waiting[] = [];
  #closed = false;
  #lastFault = "";

  private constructor(options: PoolOptions, detectors: readonly Detector[]) {
    this.#options = options;
    [{ model: this.model, engine: this.engine }] = detectors;
    for (const detector of detectors) this.#add(detector);
  }

  /**
   * Starts all detectors of a pool.
   *
   * @throws {DomainError} Whatever the first to fail fails with.
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
   * Finds objects in an image, as soon as a detector is free.
   *
   * @throws {DomainError} `busy` at once if the queue is full; `client-gone` if the call was taken
   *   back; whatever a detector fails with.
   */
  detect(
    image: ImageInput,
    options?: DetectOptions,
    call: DetectCall = {},
  ): Promise<DetectResult> {
    if (this.#closed) return Promise.reject(closedError());
    if (call.signal?.aborted) return Promise.reject(goneError());
    // A first try to replace the last detector is worth waiting for, one that failed is not.
    if (this.#alive.size === 0 && this.#lastFault) return Promise.reject(this.#crashedError());
    const idle = this.#idle.pop();
    if (idle === undefined && this.#waiting.length >= this.#options.queue) {
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

  /** Not ready while no detector is alive. */
  unreadiness(): string | null {
    if (this.#alive.size > 0) return null;
    return `its workers broke down and are being replaced${this.#lastFault}`;
  }

  /** Refuses what waits, and frees every detector once its image is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#refuseAll(closedError());
    await Promise.all([...this.#alive].map((detector) => detector.close()));
    this.#alive.clear();
  }

  #enqueue(waiting: Waiting, signal: AbortSignal | undefined): void {
    // A signal may outlive many calls: whoever has left the queue must not hold their image by it.
    const stay = () => signal?.removeEventListener("abort", leave);
    const placed: Waiting = {
      run: (detector) => (stay(), waiting.run(detector)),
      reject: (error) => (stay(), waiting.reject(error)),
    };
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(placed), 1);
      placed.reject(goneError());
    };
    signal?.addEventListener("abort", leave);
    this.#waiting.push(placed);
  }

  #add(detector: Detector): void {
    this.#alive.add(detector);
    void detector.brokenDown?.then((error) => this.#replace(detector, error));
    this.#release(detector);
  }

  /** Hands the next call over, unless the detector has broken down with the last one. */
  #release(detector: Detector): void {
    if (!this.#alive.has(detector)) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(detector);
    else next.run(detector);
  }

  async #replace(detector: Detector, error: Error): Promise<void> {
    this.#alive.delete(detector);
    const place = this.#idle.indexOf(detector);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#options.log?.(`A worker of model "${this.model.id}" is replaced: ${error.message}`);
    let pause = this.#options.retryMs ?? 500;
    while (!this.#closed) {
      try {
        return this.#welcome(await this.#options.start());
      } catch (failure) {
        this.#lastFault = `: ${(failure as Error).message}`;
        this.#options.log?.(`No new worker of model "${this.model.id}"${this.#lastFault}`);
        if (this.#alive.size === 0) this.#refuseAll(this.#crashedError());
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(2 * pause, MAX_RETRY_MS);
    }
  }

  /** Takes a new detector in, unless the pool was closed while it started. */
  #welcome(detector: Detector): void {
    this.#lastFault = "";
    if (this.#closed) void detector.close();
    else this.#add(detector);
  }

  #refuseAll(error: DomainError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #crashedError(): DomainError {
    return new DomainError("worker-crashed", `Cannot detect as ${this.unreadiness()}`);
  }

  #busyError(): DomainError {
    return new DomainError(
      "busy",
      `Cannot take the image as at most ${this.#options.queue} may wait and all places are ` +
        "taken: try again in a moment",
    );
  }
}

function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}
