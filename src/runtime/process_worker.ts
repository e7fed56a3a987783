import { type ChildProcess, spawn } from "node:child_process";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { readFrames, writeFrame } from "./frames.ts";
import type { WorkerLike } from "./worker_like.ts";
import type { WorkerRequest, WorkerResponse } from "./worker_messages.ts";

/**
 * A worker that is a process of its own.
 *
 * Deno 2.9 does not end the thread of a Web Worker that never comes back from a decoder or an
 * engine: `terminate()` leaves it running, on a core of its own. A process can be killed. What runs
 * in it may read files, and neither write, nor reach the network, nor start anything.
 */
export class ProcessWorker implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  readonly #process: ChildProcess;
  #isOver = false;

  /** Starts a script that calls `serveProcess`. */
  constructor(script: URL) {
    const permissions = ["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"];
    this.#process = spawn(
      execPath,
      ["run", "--no-prompt", "--cached-only", ...permissions, fileURLToPath(script)],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    this.#process.once("error", (error) => this.#breakDown(error.message));
    this.#process.once(
      "exit",
      (code, signal) => this.#breakDown(`it ended with ${signal ?? code}`),
    );
    // What is written to a process that has just died is nobody's loss.
    this.#process.stdin!.on("error", () => {});
    void readFrames(this.#process.stdout!, (message) => {
      this.onmessage?.(new MessageEvent("message", { data: message as WorkerResponse }));
    });
  }

  /** Sends a message to it. */
  postMessage(request: WorkerRequest): void {
    if (!this.#isOver) writeFrame(this.#process.stdin!, request);
  }

  /** Kills it, whatever it is doing. */
  terminate(): void {
    this.#isOver = true;
    this.#process.kill("SIGKILL");
  }

  #breakDown(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onerror?.(new ErrorEvent("error", { message }));
  }
}
