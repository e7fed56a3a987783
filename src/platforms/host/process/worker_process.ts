import type { ChildProcess } from "node:child_process";
import type { MessageWorker, WorkerRequest, WorkerResponse } from "../../../isolation/protocol.ts";
import { FrameWriter, readFrames } from "./frames.ts";
import { takeProcess } from "./spare_process.ts";

/**
 * Worker that is a process of its own. The process runs on the same runtime (Deno, Node or Bun) as
 * this program.
 *
 * A process can always be killed, but a Web Worker cannot. In Deno 2.9, `terminate()` of a Web
 * Worker does not stop a hung decoder or engine, which then occupies a CPU core forever.
 *
 * The process gets as few permissions as the runtime can grant. With Deno, the process may read
 * files and load native addons, such as an engine. The process may not write files, use the network
 * or start programs. The process gets only those environment variables that runtimes and drivers
 * read.
 */
export class WorkerProcess<Request = WorkerRequest, Response = WorkerResponse>
  implements MessageWorker<Request, Response> {
  onmessage: MessageWorker<Request, Response>["onmessage"] = null;
  onerror: MessageWorker<Request, Response>["onerror"] = null;
  readonly #process: ChildProcess;
  readonly #frames: FrameWriter;
  #isOver = false;

  /** Starts a process that runs `script`. The script calls `serveProcess()` or `servePort()`. */
  constructor(script: URL) {
    this.#process = takeProcess(script);
    this.#frames = new FrameWriter(this.#process.stdin!);
    this.#process.once("error", (error) => this.#breakDown(error.message));
    this.#process.once(
      "exit",
      (code, signal) => this.#breakDown(`it ended with ${signal ?? code}`),
    );
    // Ignores errors of writing to a process that has ended. The "exit" event reports the end.
    this.#process.stdin!.on("error", () => {});
    void readFrames(this.#process.stdout!, (message) => {
      this.onmessage?.(new MessageEvent("message", { data: message as Response }));
    });
  }

  /** Sends a message to the process. */
  postMessage(request: Request): void {
    if (!this.#isOver) this.#frames.write(request);
  }

  /** Kills the process. */
  terminate(): void {
    this.#isOver = true;
    this.#process.kill("SIGKILL");
  }

  #breakDown(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Node 22 and 24 have no class ErrorEvent.
    this.onerror?.(Object.assign(new Event("error"), { message }) as ErrorEvent);
  }
}
