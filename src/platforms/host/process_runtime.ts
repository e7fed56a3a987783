import type {
  SessionWorkerRequest,
  SessionWorkerResponse,
} from "../../isolation/session_protocol.ts";
import { type SessionDeadlines, workerSession } from "../../isolation/worker_session.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { WorkerProcess } from "./process/worker_process.ts";
import { hostRuntime, type HostRuntimeOptions } from "./runtime.ts";

/**
 * Creates a runtime whose engines run in processes of their own, one for each session. An engine
 * that hangs is killed at its deadline.
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
