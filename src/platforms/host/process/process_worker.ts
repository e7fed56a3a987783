import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readFrames, writeFrame } from "./frames.ts";
import type { WorkerLike, WorkerRequest, WorkerResponse } from "../../../isolation/protocol.ts";

/**
 * A worker that is a process of its own, of the same runtime.
 *
 * Deno 2.9 does not end the thread of a Web Worker that never comes back from a decoder or an
 * engine: `terminate()` leaves it running, on a core of its own. A process can be killed. What runs
 * in it may do no more than the runtime can be told: with Deno it may read files and load native
 * addons, which an engine is, and neither write, nor reach the network, nor start anything. It sees
 * none of this process's variables but those that runtimes and drivers read.
 */
export class ProcessWorker implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  readonly #process: ChildProcess;
  #isOver = false;

  /** Starts a script that calls `serveProcess`. */
  constructor(script: URL) {
    this.#process = spawn(
      process.execPath,
      [...runtimeArguments(), fileURLToPath(script)],
      { stdio: ["pipe", "pipe", "inherit"], env: workerEnvironment() },
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
    // Node 20 has no ErrorEvent.
    this.onerror?.(Object.assign(new Event("error"), { message }) as ErrorEvent);
  }
}

/**
 * Megabytes of one half of V8's young heap. Decoders leave their memory to the garbage collector,
 * which looks for it the sooner the smaller the young heap is: 5,000 images leave a worker at 207
 * MB with this and at up to 940 MB without.
 */
const YOUNG_HEAP = "--max-semi-space-size=4";

/** What a runtime, its package folders and graphics drivers read; no key and no secret is like it. */
const WORKER_VARIABLES =
  /^(PATH|PWD|HOME|USERPROFILE|TMPDIR|TMP|TEMP|LANG|TZ|SYSTEMROOT|NO_COLOR|DISPLAY|WAYLAND_DISPLAY|NPM_CONFIG_REGISTRY|(DENO|NODE|BUN|XDG|LC|LD|DYLD|VK|WGPU|MESA|LP|CUDA|NVIDIA)_.*)$/i;

/** The variables of this process without those that are none of a decoder's business. */
function workerEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      WORKER_VARIABLES.test(name) && !/TOKEN|SECRET|PASSWORD|AUTH|_KEY/i.test(name)
    ),
  );
}

/** What stands before a script that may do as little as the runtime can be told. */
function runtimeArguments(): readonly string[] {
  const { allowedNodeEnvironmentFlags, versions } = process;
  if ("deno" in versions) {
    const permissions = ["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"];
    return ["run", `--v8-flags=${YOUNG_HEAP}`, "--no-prompt", "--cached-only", ...permissions];
  }
  if ("bun" in versions) return ["--no-install"];
  // Node 20 has it under another name, and not ready for use; none holds back the network. Threads
  // and addons, which the engines need, could undo it: that is what Node would warn of each time.
  if (!allowedNodeEnvironmentFlags.has("--permission")) return [YOUNG_HEAP];
  const permissions = ["--permission", "--allow-fs-read=*", "--allow-worker", "--allow-addons"];
  return [YOUNG_HEAP, ...permissions, "--disable-warning=SecurityWarning"];
}
