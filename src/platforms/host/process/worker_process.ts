import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { MessageWorker, WorkerRequest, WorkerResponse } from "../../../isolation/protocol.ts";
import { readFrames, writeFrame } from "./frames.ts";
import { workerFlags } from "./worker_flags.ts";

/**
 * Worker that is a process of the same runtime.
 *
 * A process can be killed. The thread of a Web Worker cannot: in Deno 2.9, `terminate()` leaves a
 * hung decoder or engine running, and it occupies a core.
 *
 * The process has the fewest permissions that the runtime offers. With Deno it may read files and
 * load native addons, such as an engine, but not write files, use the network or start programs.
 * The process gets only the environment variables that runtimes and drivers read.
 */
export class WorkerProcess<Request = WorkerRequest, Response = WorkerResponse>
  implements MessageWorker<Request, Response> {
  onmessage: MessageWorker<Request, Response>["onmessage"] = null;
  onerror: MessageWorker<Request, Response>["onerror"] = null;
  readonly #process: ChildProcess;
  #isOver = false;

  /** Starts a script that calls `serveProcess()` or `servePort()`. */
  constructor(script: URL) {
    this.#process = spawn(
      process.execPath,
      [...workerFlags(), fileURLToPath(script)],
      { stdio: ["pipe", "pipe", "inherit"], env: workerEnvironment() },
    );
    this.#process.once("error", (error) => this.#breakDown(error.message));
    this.#process.once(
      "exit",
      (code, signal) => this.#breakDown(`it ended with ${signal ?? code}`),
    );
    // Writing to a process that has just died fails, and "exit" reports the death.
    this.#process.stdin!.on("error", () => {});
    void readFrames(this.#process.stdout!, (message) => {
      this.onmessage?.(new MessageEvent("message", { data: message as Response }));
    });
  }

  /** Sends a message to the process. */
  postMessage(request: Request): void {
    if (!this.#isOver) writeFrame(this.#process.stdin!, request);
  }

  /** Kills the process. */
  terminate(): void {
    this.#isOver = true;
    this.#process.kill("SIGKILL");
  }

  #breakDown(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Node 22 and 24 have no ErrorEvent.
    this.onerror?.(Object.assign(new Event("error"), { message }) as ErrorEvent);
  }
}

/** Environment variables that runtimes, package folders and graphics drivers read. */
const WORKER_VARIABLES =
  /^(PATH|PWD|HOME|USERPROFILE|TMPDIR|TMP|TEMP|LANG|TZ|SYSTEMROOT|NO_COLOR|DISPLAY|WAYLAND_DISPLAY|NPM_CONFIG_REGISTRY|(DENO|NODE|BUN|XDG|LC|LD|DYLD|VK|WGPU|MESA|LP|CUDA|NVIDIA)_.*)$/i;

/** Returns the environment of a worker process, without the server's own variables and secrets. */
function workerEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      WORKER_VARIABLES.test(name) && !/TOKEN|SECRET|PASSWORD|AUTH|_KEY/i.test(name)
    ),
  );
}
