import type {
  SessionWorkerRequest,
  SessionWorkerResponse,
} from "../../isolation/session_protocol.ts";
import { type SessionDeadlines, workerSession } from "../../isolation/worker_session.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { WorkerProcess } from "./process/worker_process.ts";
import { hostRuntime, type HostRuntimeOptions } from "./runtime.ts";

/**
 * Creates a runtime that opens each session (a graph loaded in an engine) in a worker process of
 * its own. A hung engine cannot be stopped, but its process can be killed when the engine misses a
 * deadline.
 */
export async function processRuntime(
  deadlines: SessionDeadlines,
  options: HostRuntimeOptions = {},
): Promise<Runtime> {
  return {
    ...await hostRuntime(options),
    openSession(graph, engine) {
      const script = new URL("./process/session_process.ts", import.meta.url);
      const worker = new WorkerProcess<SessionWorkerRequest, SessionWorkerResponse>(script);
      return workerSession(worker, { graph, engine, threads: options.threads }, deadlines);
    },
  };
}
