import { DomainError } from "../core/domain_error.ts";
import type { DetectOptions, Detector, DetectResult } from "../ports/detector.ts";
import type {
  ErrorMessage,
  LoadRequest,
  WorkerRequest,
  WorkerResponse,
} from "./worker_messages.ts";

/**
 * A detector that lives in a Web Worker, so that decoding and inference never hold up the thread
 * that serves.
 *
 * @param worker Runs `serveWorker`; it belongs to the detector from now on.
 * @throws {DomainError} Whatever loading the model fails with.
 */
export async function workerDetector(worker: Worker, load: LoadRequest): Promise<Detector> {
  const channel = new Channel(worker);
  try {
    const { model, engine } = await channel.load(load);
    return {
      model,
      engine,
      brokenDown: channel.brokenDown,
      detect: (bytes, options = {}) => channel.detect(bytes, options),
      close: () => Promise.resolve(void channel.close("the detector was closed")),
    };
  } catch (error) {
    channel.close("its model could not be loaded");
    throw error;
  }
}

type Ready = WorkerResponse & { kind: "ready" };

/** Matches what comes from the worker to those who wait for it. */
class Channel {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #waiting = new Map<number, PromiseWithResolvers<DetectResult>>();
  readonly #brokenDown = Promise.withResolvers<Error>();
  /** Resolves when the worker dies of itself. */
  readonly brokenDown = this.#brokenDown.promise;
  #lastId = 0;
  #closed: DomainError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<WorkerResponse>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#brokenDown.resolve(this.close("the engine's worker broke down"));
    };
  }

  load(load: LoadRequest): Promise<Ready> {
    this.#send({ kind: "load", load });
    return this.#ready.promise;
  }

  detect(bytes: Uint8Array, options: DetectOptions): Promise<DetectResult> {
    if (this.#closed) return Promise.reject(this.#closed);
    const answer = Promise.withResolvers<DetectResult>();
    const id = ++this.#lastId;
    this.#waiting.set(id, answer);
    this.#send({ kind: "detect", id, bytes, options });
    return answer.promise;
  }

  /** Ends the worker; whoever still waits is told why. */
  close(why: string): DomainError {
    this.#worker.terminate();
    this.#closed ??= new DomainError("model-not-ready", `Cannot detect as ${why}`);
    this.#ready.reject(this.#closed);
    for (const { reject } of this.#waiting.values()) reject(this.#closed);
    this.#waiting.clear();
    return this.#closed;
  }

  #send(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(response: WorkerResponse): void {
    switch (response.kind) {
      case "ready":
        return this.#ready.resolve(response);
      case "load-failed":
        return this.#ready.reject(errorOf(response.error));
      case "result":
        return this.#take(response.id)?.resolve(response.result);
      case "detect-failed":
        return this.#take(response.id)?.reject(errorOf(response.error));
    }
  }

  #take(id: number): PromiseWithResolvers<DetectResult> | undefined {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    return answer;
  }
}

function errorOf({ code, message, cause }: ErrorMessage): Error {
  return code === null ? new Error(message) : new DomainError(code, message, { cause });
}
