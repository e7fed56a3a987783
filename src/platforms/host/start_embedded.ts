import { DomainError } from "../../core/domain_error.ts";
import type { DetectorOptions } from "../../detect/detector.ts";
import { readSentModel } from "../../embed/sent_model.ts";
import type { Deadlines } from "../../isolation/deadlines.ts";
import type { WorkerRequest, WorkerResponse } from "../../isolation/protocol.ts";
import { workerDetector } from "../../isolation/worker_detector.ts";
import type { Detector } from "../../ports/detector.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import { ownModule } from "./own_module.ts";
import type { EmbeddedLoadRequest } from "./process/embedded_load_request.ts";
import { WorkerProcess } from "./process/worker_process.ts";

/**
 * Deadlines of one detection. A worker process that misses a deadline is considered hung and is
 * replaced. The deadlines are long, because the program may run on a slow machine.
 */
const DEADLINES: Deadlines = { decodeMs: 60_000, runMs: 300_000 };

/**
 * Starts a detector in a worker process. The calling process reads the model and sends the model to
 * the worker process.
 *
 * @param host Threads and codec of the worker process.
 * @throws {DomainError} `engine-unavailable`, if the process does not start; otherwise the error of
 *   the model or of the engine.
 */
export async function startEmbedded(
  models: ModelStore,
  options: DetectorOptions,
  { threads, codec }: Pick<EmbeddedLoadRequest, "threads" | "codec">,
): Promise<Detector> {
  const load = { ...await readSentModel(models, options), threads, codec };
  return await workerDetector<EmbeddedLoadRequest>(startProcess(), load, DEADLINES);
}

function startProcess(): WorkerProcess<WorkerRequest<EmbeddedLoadRequest>, WorkerResponse> {
  try {
    return new WorkerProcess(ownModule("./process/embedded_process", import.meta));
  } catch (error) {
    throw new DomainError(
      "engine-unavailable",
      "Cannot start a worker process as the runtime refused: Deno needs --allow-run, and Node with " +
        "a permission model needs --allow-child-process. With { worker: false } none is started.",
      { cause: error },
    );
  }
}
