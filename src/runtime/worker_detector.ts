import { DomainError } from "../core/domain_error.ts";
import type { Detector, DetectResult } from "../ports/detector.ts";
import type {
  ErrorMessage,
  LoadRequest,
  WorkerRequest,
  WorkerResponse,
} from "./worker_messages.ts";

/** Who waits for an answer. */
interface Waiting {
  resolve(result: DetectResult): void;
  reject(error: Error): void;
}

/**
 * A detector that lives in a Web Worker, so that decoding and inference never hold up the thread
 * that serves.
 *
 * @param worker Runs `serveWorker`; it belongs to the detector from now on.
 * @throws {DomainError} Whatever loading the model fails with.
 */
export async function workerDetector(worker: Worker, load: LoadRequest): Promise<Detector> {
  const waiting = new Map<number, Waiting>();
  const ready = Promise.withResolvers<Pick<Detector, "model" | "engine">>();
  let broken: Error | undefined;
  const breakDown = (error: Error) => {
    broken = error;
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    breakDown(
      new DomainError("inference-failed", "Cannot detect as the engine's worker broke down"),
    );
  };
  worker.onmessage = ({ data }: MessageEvent<WorkerResponse>) => {
    if (data.kind === "ready") return ready.resolve(data);
    if (data.kind === "load-failed") return ready.reject(errorOf(data.error));
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === "result") caller?.resolve(data.result);
    else caller?.reject(errorOf(data.error));
  };
  const send = (request: WorkerRequest) => worker.postMessage(request);
  let lastId = 0;
  try {
    send({ kind: "load", load });
    const { model, engine } = await ready.promise;
    return {
      model,
      engine,
      detect(bytes, options = {}) {
        if (broken) return Promise.reject(broken);
        const answer = Promise.withResolvers<DetectResult>();
        const id = ++lastId;
        waiting.set(id, answer);
        send({ kind: "detect", id, bytes, options });
        return answer.promise;
      },
      close() {
        worker.terminate();
        breakDown(new DomainError("model-not-ready", "Cannot detect as the detector was closed"));
        return Promise.resolve();
      },
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function errorOf({ code, message }: ErrorMessage): Error {
  return code === null ? new Error(message) : new DomainError(code, message);
}
