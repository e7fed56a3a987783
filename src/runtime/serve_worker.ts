import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";
import type {
  ErrorMessage,
  LoadRequest,
  WorkerRequest,
  WorkerResponse,
} from "./worker_messages.ts";

/** The worker's own side of its channel. */
export interface WorkerPort {
  /** Sends to the thread that started the worker. */
  postMessage(response: WorkerResponse): void;
  /** Called for each message from there. */
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
}

/** Answers a `workerDetector`: loads one detector, then serves it. */
export function serveWorker(
  port: WorkerPort,
  load: (request: LoadRequest) => Promise<Detector>,
): void {
  let detector: Detector | undefined;
  port.onmessage = async ({ data }) => {
    if (data.kind === "load") {
      try {
        detector = await load(data.load);
        port.postMessage({ kind: "ready", model: detector.model, engine: detector.engine });
      } catch (error) {
        port.postMessage({ kind: "load-failed", error: messageOf(error) });
      }
      return;
    }
    const { id, bytes, options } = data;
    try {
      if (detector === undefined) throw new Error("A picture came before a model was loaded");
      port.postMessage({ kind: "result", id, result: await detector.detect(bytes, options) });
    } catch (error) {
      port.postMessage({ kind: "detect-failed", id, error: messageOf(error) });
    }
  };
}

function messageOf(error: unknown): ErrorMessage {
  if (error instanceof DomainError) return { code: error.code, message: error.message };
  return {
    code: null,
    message: error instanceof Error ? error.stack ?? error.message : `${error}`,
  };
}
