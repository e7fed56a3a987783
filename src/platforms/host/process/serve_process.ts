import process from "node:process";
import type { Detector } from "../../../ports/detector.ts";
import { readFrames, writeFrame } from "./frames.ts";
import { serveWorker, type WorkerPort } from "../../../isolation/serve_worker.ts";
import type { LoadRequest, WorkerRequest } from "../../../isolation/protocol.ts";

/**
 * Answers a `ProcessWorker` over standard input and output; ends when the input does, so that no
 * process outlives its server.
 */
export async function serveProcess(
  load: (request: LoadRequest) => Promise<Detector>,
): Promise<void> {
  // Standard output belongs to the messages.
  console.log = console.error;
  console.info = console.error;
  // Whoever read it is gone.
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
