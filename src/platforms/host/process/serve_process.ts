import process from "node:process";
import type { Worker } from "node:worker_threads";
import type { LoadRequest, WorkerRequest } from "../../../isolation/protocol.ts";
import { serveWorker, type WorkerPort } from "../../../isolation/serve_worker.ts";
import type { Detector } from "../../../ports/detector.ts";
import { readFrames, writeFrame } from "./frames.ts";
import { watchParent } from "./watch_parent.ts";

/**
 * Answers a `WorkerProcess` over standard input and output. Exits when the input ends or the parent
 * process has ended, so that no worker process outlives its server, not even a hung one.
 */
export async function serveProcess(
  load: (request: LoadRequest) => Promise<Detector>,
): Promise<void> {
  endWithThreads();
  watchParent();
  // Standard output carries the messages, so logs go to standard error.
  console.log = console.error;
  console.info = console.error;
  // The server is gone.
  process.stdout.on("error", () => process.exit(0));
  const port: WorkerPort = {
    onmessage: null,
    postMessage: (response) => writeFrame(process.stdout, response),
  };
  serveWorker(port, load);
  await readFrames(process.stdin, (message) => {
    port.onmessage?.(new MessageEvent("message", { data: message as WorkerRequest }));
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
