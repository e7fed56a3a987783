import type { Detector } from "../ports/detector.ts";
import { messageOf } from "./error_message.ts";
import type { LoadRequest, PortLike, WorkerRequest, WorkerResponse } from "./protocol.ts";

/** Channel from a worker with a detector to the thread that started the worker. */
export type WorkerPort<Load = LoadRequest> = PortLike<WorkerRequest<Load>, WorkerResponse>;

/**
 * Loads one detector inside a worker, then uses the detector for each request. `workerDetector()`
 * sends the requests.
 *
 * @param port Channel to the thread that started the worker.
 * @param load Loads the detector.
 */
export function serveWorker<Load = LoadRequest>(
  port: WorkerPort<Load>,
  load: (request: Load) => Promise<Detector>,
): void {
  let loading: Promise<Detector> = Promise.reject(new Error("No model was requested yet"));
  loading.catch(() => {});
  const calls = new Map<number, AbortController>();
  port.onmessage = ({ data }) => {
    if (data.kind === "load") {
      loading = load(data.load);
      void answerLoad(loading).then((response) => port.postMessage(response));
    } else if (data.kind === "draw") {
      void answerDraw(loading, data).then((response) => port.postMessage(response));
    } else if (data.kind === "cancel") {
      calls.get(data.id)?.abort();
    } else {
      const controller = new AbortController();
      calls.set(data.id, controller);
      void answerDetect(port, loading, data, controller.signal).then((response) => {
        calls.delete(data.id);
        port.postMessage(response);
      });
    }
  };
}

async function answerLoad(loading: Promise<Detector>): Promise<WorkerResponse> {
  try {
    const { model, engine, warmUp, draw } = await loading;
    return { kind: "ready", model, engine, warmUp, canDraw: draw !== undefined };
  } catch (error) {
    return { kind: "load-failed", error: messageOf(error) };
  }
}

async function answerDraw(
  loading: Promise<Detector>,
  { id, image, request }: WorkerRequest & { kind: "draw" },
): Promise<WorkerResponse> {
  try {
    const { draw } = await loading;
    if (draw === undefined) throw new TypeError("Cannot draw as this worker has no encoder");
    const { bytes, ms } = await draw(image, request);
    return { kind: "drawn", id, image: bytes, ms };
  } catch (error) {
    return { kind: "detect-failed", id, error: messageOf(error) };
  }
}

async function answerDetect(
  port: Pick<WorkerPort, "postMessage">,
  loading: Promise<Detector>,
  { id, image, options }: WorkerRequest & { kind: "detect" },
  signal: AbortSignal,
): Promise<WorkerResponse> {
  try {
    const detector = await loading;
    const onDecoded = (elements: number) => port.postMessage({ kind: "decoded", id, elements });
    const pause = async () => {
      port.postMessage({ kind: "paused", id });
      // Lets the worker receive messages: other requests, and the cancellation of this one.
      await new Promise((resolve) => setTimeout(resolve));
    };
    const call = { onDecoded, pause, signal };
    return { kind: "result", id, result: await detector.detect(image, options, call) };
  } catch (error) {
    return { kind: "detect-failed", id, error: messageOf(error) };
  }
}
