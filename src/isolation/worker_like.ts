import type { LoadRequest, WorkerRequest, WorkerResponse } from "./protocol.ts";

/** As much of a Web Worker as a `workerDetector` needs, so that it may be a process too. */
export interface WorkerLike<Load = LoadRequest> {
  /** Called for each message of the worker. */
  onmessage: ((event: MessageEvent<WorkerResponse>) => void) | null;
  /** Called when it breaks down of itself. */
  onerror: ((event: ErrorEvent) => void) | null;
  /** Sends a message to it. */
  postMessage(request: WorkerRequest<Load>): void;
  /** Ends it. */
  terminate(): void;
}
