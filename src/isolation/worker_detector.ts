import { DomainError } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectCall, DetectOptions, Detector, DetectResult } from "../ports/detector.ts";
import { type Deadlines, NO_DEADLINES } from "./deadlines.ts";
import type {
  ErrorMessage,
  LoadRequest,
  WorkerLike,
  WorkerRequest,
  WorkerResponse,
} from "./protocol.ts";

/**
 * A detector that lives in a worker, so that decoding and inference never hold up the thread
 * that serves, and can be stopped: an image that passes a deadline costs the worker its life, as
 * nothing else ends a decoder or an engine that does not come to an end.
 *
 * @param worker Runs `serveWorker`; it belongs to the detector from now on.
 * @throws {DomainError} `model-not-ready` if loading the model passes its deadline, or whatever it
 *   fails with.
 */
export async function workerDetector<Load = LoadRequest>(
  worker: WorkerLike<Load>,
  load: Load,
  deadlines: Deadlines = NO_DEADLINES,
): Promise<Detector> {
  const channel = new Channel(worker, deadlines);
  try {
    const { model, engine } = await channel.load(load, deadlines.loadMs ?? Infinity);
    return {
      model,
      engine,
      brokenDown: channel.brokenDown,
      detect: (image, options = {}, call = {}) => channel.detect(image, options, call),
      close: () => Promise.resolve(channel.close(closed("the detector was closed"))),
    };
  } catch (error) {
    channel.close(closed("its model could not be loaded"));
    throw error;
  }
}

function closed(why: string): DomainError {
  return new DomainError("model-not-ready", `Cannot detect as ${why}`);
}

type Ready = WorkerResponse & { kind: "ready" };

/** A call that waits for its answer. */
interface Waiting extends PromiseWithResolvers<DetectResult> {
  readonly call: DetectCall;
  timer?: ReturnType<typeof setTimeout>;
}

/** Matches what comes from the worker to those who wait for it. */
class Channel<Load> {
  readonly #worker: WorkerLike<Load>;
  readonly #deadlines: Deadlines;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #brokenDown = Promise.withResolvers<Error>();
  /** Resolves when the worker dies of itself, or of a deadline. */
  readonly brokenDown = this.#brokenDown.promise;
  #lastId = 0;
  #closed: DomainError | undefined;

  constructor(worker: WorkerLike<Load>, deadlines: Deadlines) {
    this.#worker = worker;
    this.#deadlines = deadlines;
    worker.onmessage = ({ data }: MessageEvent<WorkerResponse>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#breakDown(
        new DomainError("worker-crashed", "Cannot detect as the engine's worker broke down"),
      );
    };
  }

  load(load: Load, ms: number): Promise<Ready> {
    this.#send({ kind: "load", load });
    const limit = `Cannot load the model as it must take at most ${ms} ms: it was stopped`;
    const timer = ms === Infinity
      ? undefined
      : setTimeout(() => this.#ready.reject(new DomainError("model-not-ready", limit)), ms);
    return this.#ready.promise.finally(() => clearTimeout(timer));
  }

  detect(
    image: ImageInput,
    options: DetectOptions,
    call: DetectCall,
  ): Promise<DetectResult> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = ++this.#lastId;
    const waiting: Waiting = { ...Promise.withResolvers<DetectResult>(), call };
    this.#waiting.set(id, waiting);
    this.#watch(id, waiting, this.#deadlines.decodeMs, "decode-timeout", "decode");
    this.#send({ kind: "detect", id, image: cloneable(image), options });
    return waiting.promise;
  }

  /** Ends the worker; whoever still waits is told why. */
  close(why: DomainError): void {
    this.#worker.terminate();
    this.#closed ??= why;
    this.#ready.reject(why);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(why);
    }
    this.#waiting.clear();
  }

  /** The news goes out first, so that nobody hands this worker another call. */
  #breakDown(why: DomainError): void {
    this.#brokenDown.resolve(why);
    this.close(why);
  }

  /** Gives a call so long for its next stage, and not longer. */
  #watch(
    id: number,
    waiting: Waiting,
    ms: number,
    code: "decode-timeout" | "run-timeout",
    stage: string,
  ): void {
    clearTimeout(waiting.timer);
    if (ms === Infinity) return;
    waiting.timer = setTimeout(() => {
      this.#waiting.delete(id);
      this.#breakDown(new DomainError("worker-crashed", "Cannot detect as the worker was stopped"));
      const limit = `Cannot ${stage} the image as it must take at most ${ms} ms: it was stopped`;
      waiting.reject(new DomainError(code, limit));
    }, ms);
  }

  #send(request: WorkerRequest<Load>): void {
    this.#worker.postMessage(request);
  }

  #receive(response: WorkerResponse): void {
    switch (response.kind) {
      case "ready":
        return this.#ready.resolve(response);
      case "load-failed":
        return this.#ready.reject(errorOf(response.error));
      case "decoded":
        return this.#decoded(response.id);
      case "result":
        return this.#take(response.id)?.resolve(response.result);
      case "detect-failed":
        return this.#fail(response.id, errorOf(response.error));
    }
  }

  #decoded(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#watch(id, waiting, this.#deadlines.runMs, "run-timeout", "run the model on");
    waiting.call.onDecoded?.();
  }

  /** An engine that failed once may have aborted, which is final in its worker. */
  #fail(id: number, error: Error): void {
    const waiting = this.#take(id);
    if (!(error instanceof DomainError) || error.code === "inference-failed") {
      this.#breakDown(
        new DomainError("worker-crashed", "Cannot detect as the worker's engine failed"),
      );
    }
    waiting?.reject(error);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** An `ImageData` is a raw image, too, but not every channel takes one. */
function cloneable(image: ImageInput): ImageInput {
  if (ArrayBuffer.isView(image)) return image;
  const { data, width, height } = image;
  return { data, width, height };
}

function errorOf({ code, message, cause }: ErrorMessage): Error {
  return code === null ? new Error(message) : new DomainError(code, message, { cause });
}
