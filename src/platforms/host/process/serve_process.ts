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
import { readFrames, writeFrame } from "./frames.ts";
import { watchParent } from "./watch_parent.ts";

/** Serves a detector to a `WorkerProcess`. Never returns. */
export async function serveProcess(
  load: (request: LoadRequest) => Promise<Detector>,
): Promise<void> {
  await servePort<WorkerRequest, WorkerResponse>((port) => serveWorker(port, load));
}

/**
 * Answers a `WorkerProcess` over standard input and output. Exits when the input ends or the parent
 * process has ended, so that no worker process outlives its server, not even a hung one.
 *
 * @param serve Sets `onmessage` of the port.
 */
export async function servePort<Request, Response>(
  serve: (port: PortLike<Request, Response>) => void,
): Promise<void> {
  endWithThreads();
  watchParent();
  // Standard output carries the messages, so logs go to standard error.
  console.log = console.error;
  console.info = console.error;
  // The server is gone.
  process.stdout.on("error", () => process.exit(0));
  const port: PortLike<Request, Response> = {
    onmessage: null,
    postMessage: (response) => writeFrame(process.stdout, response),
  };
  serve(port);
  await readFrames(process.stdin, (message) => {
    port.onmessage?.(new MessageEvent("message", { data: message as Request }));
  });
  process.exit(0);
}

/** Threads of this process. Deno may collect one that nothing refers to, with its exit event. */
const threads = new Set<Worker>();

/**
 * Ends this process when one of its threads ends. An engine would wait for the thread forever, and
 * it never ends one.
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
