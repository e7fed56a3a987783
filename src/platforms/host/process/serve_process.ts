import process from "node:process";
import type { Worker } from "node:worker_threads";
import type {
  LoadRequest,
  PortLike,
  WorkerRequest,
  WorkerResponse,
} from "../../../isolation/protocol.ts";
import { serveWorker } from "../../../isolation/serve_worker.ts";
import type { Detector } from "../../../ports/detector.ts";
import { FrameWriter, readFrames } from "./frames.ts";
import { watchParent } from "./watch_parent.ts";

/**
 * Serves a detector from inside a worker process. The worker process ends when the server process
 * has ended.
 */
export async function serveProcess<Load = LoadRequest>(
  load: (request: Load) => Promise<Detector>,
): Promise<void> {
  await servePort<WorkerRequest<Load>, WorkerResponse>((port) => serveWorker(port, load));
}

/**
 * Receives requests from the server on standard input and sends responses on standard output. In
 * the server, the class `WorkerProcess` sends these requests and receives the responses.
 *
 * Exits when standard input closes or the server process ends. A worker process therefore never
 * outlives its server, even if the worker process hangs.
 *
 * @param serve Function that sets `onmessage` of the port, to receive the requests.
 */
export async function servePort<Request, Response>(
  serve: (port: PortLike<Request, Response>) => void,
): Promise<void> {
  endWithThreads();
  watchParent();
  leaveSignalsToServer();
  // Standard output carries the responses, so log lines must go to standard error.
  console.log = console.error;
  console.info = console.error;
  // Writing to standard output fails only after the server has ended.
  process.stdout.on("error", () => process.exit(0));
  const frames = new FrameWriter(process.stdout);
  const port: PortLike<Request, Response> = {
    onmessage: null,
    postMessage: (response) => frames.write(response),
  };
  serve(port);
  await readFrames(process.stdin, (message) => {
    port.onmessage?.(new MessageEvent("message", { data: message as Request }));
  });
  process.exit(0);
}

/**
 * Ignores the signals that ask a program to end. A terminal (Ctrl-C) and systemd send these signals
 * to the server and to its workers at the same time. The server still needs its workers for the
 * requests that it has accepted.
 */
function leaveSignalsToServer(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
}

/**
 * Threads of this process. Deno may garbage-collect a thread without a reference, and then its exit
 * event never fires.
 */
const threads = new Set<Worker>();

/**
 * Ends this process when one of its threads ends. An engine never ends its threads on purpose, so
 * the thread has crashed. Without this function, the engine would wait for the crashed thread
 * forever.
 */
function endWithThreads(): void {
  process.on("worker", (thread) => {
    threads.add(thread);
    thread.once("exit", (code) => {
      console.error(`A thread of the worker process ended with ${code}`);
      process.exit(1);
    });
  });
}
