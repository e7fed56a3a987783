import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";
import type { ErrorMessage, LoadRequest, WorkerRequest, WorkerResponse } from "./protocol.ts";

/** The worker's own side of its channel. */
export interface WorkerPort<Load = LoadRequest> {
  /** Sends to the thread that started the worker. */
  postMessage(response: WorkerResponse): void;
  /** Called for each message from there. */
  onmessage: ((event: MessageEvent<WorkerRequest<Load>>) => void) | null;
}

/** Answers a `workerDetector`: loads one detector, then serves it. */
export function serveWorker<Load = LoadRequest>(
  port: WorkerPort<Load>,
  load: (request: Load) => Promise<Detector>,
): void {
  let loading: Promise<Detector> = Promise.reject(new Error("No model was asked for yet"));
  loading.catch(() => {});
  port.onmessage = ({ data }) => {
    if (data.kind === "load") {
      loading = load(data.load);
      void answerLoad(loading).then((response) => port.postMessage(response));
    } else {
      void answerDetect(port, loading, data).then((response) => port.postMessage(response));
    }
  };
}

async function answerLoad(loading: Promise<Detector>): Promise<WorkerResponse> {
  try {
    const { model, engine } = await loading;
    return { kind: "ready", model, engine };
  } catch (error) {
    return { kind: "load-failed", error: messageOf(error) };
  }
}

async function answerDetect(
  port: Pick<WorkerPort, "postMessage">,
  loading: Promise<Detector>,
  { id, image, options }: WorkerRequest & { kind: "detect" },
): Promise<WorkerResponse> {
  try {
    const detector = await loading;
    const onDecoded = () => port.postMessage({ kind: "decoded", id });
    return { kind: "result", id, result: await detector.detect(image, options, { onDecoded }) };
  } catch (error) {
    return { kind: "detect-failed", id, error: messageOf(error) };
  }
}

function messageOf(error: unknown): ErrorMessage {
  if (!(error instanceof DomainError)) return { code: null, message: traceOf(error) };
  const { code, message, cause } = error;
  return { code, message, cause: cause === undefined ? undefined : traceOf(cause) };
}

function traceOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
