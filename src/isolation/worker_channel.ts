import { DomainError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectCall, DetectOptions, DetectResult } from "../ports/detector.ts";
import type { Drawing, DrawRequest } from "../ports/drawing.ts";
import type { Deadlines } from "./deadlines.ts";
import { errorOf } from "./error_message.ts";
import type { WorkerLike, WorkerRequest, WorkerResponse } from "./protocol.ts";
import { RunWatch } from "./run_watch.ts";

/** Answer of a worker that has loaded its model. */
export type Ready = WorkerResponse & { kind: "ready" };

/** Response of a worker to a call that succeeded. */
type Result = WorkerResponse & { kind: "result" | "drawn" };

/**
 * Maximum time for a drawing, as a multiple of the maximum time for decoding an image. For a
 * drawing, the worker decodes the image, draws on it and encodes the result.
 */
const DRAW_FACTOR = 3;

/** Call whose result has not arrived from the worker yet. */
interface PendingCall {
  readonly onDecoded?: ((elements: number) => void) | undefined;
  readonly resolve: (response: Result) => void;
  readonly reject: (error: Error) => void;
  /**
   * Timer that kills the worker if decoding the image, or making the drawing, takes too long.
   * Unset: no deadline.
   */
  timer?: ReturnType<typeof setTimeout>;
}

/** Sends requests to a worker, and matches each response to its request. */
export class WorkerChannel<Load> {
  readonly #worker: WorkerLike<Load>;
  readonly #deadlines: Deadlines;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #runs: RunWatch;
  readonly #brokenDown = Promise.withResolvers<Error>();
  /** Resolves when the worker crashes or misses a deadline. */
  readonly brokenDown = this.#brokenDown.promise;
  #lastId = 0;
  #closed: DomainError | undefined;

  /** Creates the channel of a worker that runs `serveWorker()`. */
  constructor(worker: WorkerLike<Load>, deadlines: Deadlines) {
    this.#worker = worker;
    this.#deadlines = deadlines;
    this.#runs = new RunWatch(deadlines, (id, ms) => this.#timeOut(id, ms, "run-timeout"));
    worker.onmessage = ({ data }: MessageEvent<WorkerResponse>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#breakDown(
        new DomainError("worker-crashed", "Cannot detect as the engine's worker broke down"),
      );
    };
  }

  /** Warning if the current run takes unusually long, otherwise null. */
  get slowness(): string | null {
    return this.#runs.slowness;
  }

  /**
   * Sends the request to load a model, which must come first.
   *
   * @param ms Time limit of the load, milliseconds.
   * @throws {DomainError} `model-not-ready`, if the load takes longer; otherwise the error of the
   *   load.
   */
  load(load: Load, ms: number): Promise<Ready> {
    this.#send({ kind: "load", load });
    const limit = `Cannot load the model as it must take at most ${ms} ms: it was stopped`;
    const timer = ms === Infinity
      ? undefined
      : setTimeout(() => this.#ready.reject(new DomainError("model-not-ready", limit)), ms);
    return this.#ready.promise.finally(() => clearTimeout(timer));
  }

  /** Detects objects in an image, as `Detector.detect()`. */
  async detect(
    image: ImageInput,
    options: DetectOptions,
    call: DetectCall,
  ): Promise<DetectResult> {
    const { decodeMs } = this.#deadlines;
    const response = await this.#ask(
      (id) => ({ kind: "detect", id, image: cloneable(image), options }),
      decodeMs,
      call,
    );
    if (response.kind !== "result") throw new TypeError(`Worker answered "${response.kind}"`);
    return response.result;
  }

  /** Draws detections over an image, as `Detector.draw()`. */
  async draw(image: ImageInput, request: DrawRequest): Promise<Drawing> {
    const response = await this.#ask(
      (id) => ({ kind: "draw", id, image: cloneable(image), request }),
      DRAW_FACTOR * this.#deadlines.decodeMs,
    );
    if (response.kind !== "drawn") throw new TypeError(`Worker answered "${response.kind}"`);
    return { bytes: response.image, ms: response.ms };
  }

  /**
   * Sends a request and returns the response.
   *
   * @param request Function that creates the request. Its argument is the id of the request.
   * @param ms Maximum milliseconds until the worker has decoded the image or sent the response. The
   *   time in which the worker runs the model for another image does not count.
   */
  #ask(
    request: (id: number) => WorkerRequest<Load>,
    ms: number,
    { onDecoded, signal }: DetectCall = {},
  ): Promise<Result> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const pending: PendingCall = { onDecoded, resolve, reject };
    this.#pending.set(id, pending);
    const expire = () => {
      if (this.#runs.isRunning) pending.timer = setTimeout(expire, ms);
      else this.#timeOut(id, ms, "decode-timeout");
    };
    if (ms !== Infinity) pending.timer = setTimeout(expire, ms);
    this.#send(request(id));
    if (signal === undefined) return promise;
    const cancel = () => this.#send({ kind: "cancel", id });
    signal.addEventListener("abort", cancel, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", cancel));
  }

  /** Kills the worker and rejects all pending calls with `why`. */
  close(why: DomainError): void {
    this.#worker.terminate();
    this.#closed ??= why;
    this.#ready.reject(why);
    this.#runs.stop();
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(why);
    }
    this.#pending.clear();
  }

  /**
   * Kills the worker and rejects all pending calls. Resolves `brokenDown` first, so that a caller
   * whose call is rejected can already see that the worker is unusable.
   */
  #breakDown(why: DomainError): void {
    this.#brokenDown.resolve(why);
    this.close(why);
  }

  /** Kills the worker because call `id` has missed its deadline of `ms` milliseconds. */
  #timeOut(id: number, ms: number, code: "decode-timeout" | "run-timeout"): void {
    const pending = this.#take(id);
    this.#breakDown(new DomainError("worker-crashed", "Cannot detect as the worker was stopped"));
    const action = code === "decode-timeout" ? "decode" : "run the model on";
    const limit = `Cannot ${action} the image as it must take at most ${ms} ms: it was stopped`;
    pending?.reject(new DomainError(code, limit));
  }

  #send(request: WorkerRequest<Load>): void {
    this.#worker.postMessage(request);
  }

  #receive(response: WorkerResponse): void {
    switch (response.kind) {
      case "ready":
        if (response.warmUp !== undefined) this.#runs.learn(response.warmUp);
        return this.#ready.resolve(response);
      case "load-failed":
        return this.#ready.reject(errorOf(response.error));
      case "decoded":
        return this.#decoded(response.id, response.elements);
      case "paused":
        return this.#runs.end(response.id);
      case "result":
      case "drawn":
        return this.#take(response.id)?.resolve(response);
      case "detect-failed":
        return this.#fail(response.id, errorOf(response.error));
    }
  }

  #decoded(id: number, elements: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    this.#runs.begin(id, elements);
    pending.onDecoded?.(elements);
  }

  /**
   * Rejects a call. Also kills the worker if its engine failed, because later runs could fail too.
   */
  #fail(id: number, error: Error): void {
    const pending = this.#take(id);
    if (!(error instanceof DomainError) || error.code === "inference-failed") {
      this.#breakDown(
        new DomainError("worker-crashed", "Cannot detect as the worker's engine failed"),
      );
    }
    pending?.reject(error);
  }

  #take(id: number): PendingCall | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timer);
    this.#pending.delete(id);
    this.#runs.end(id);
    return pending;
  }
}

/**
 * Copies a raw image to a plain object, because an `ImageData` object cannot be sent to a worker
 * process.
 */
function cloneable(image: ImageInput): ImageInput {
  if (ArrayBuffer.isView(image)) return image;
  const { data, width, height } = image;
  return { data, width, height };
}
