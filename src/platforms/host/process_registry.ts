import { imageLimits } from "../../server/app_settings.ts";
import type { Config } from "../../server/config.ts";
import { DEFAULT_QUEUE } from "../../serving/admission.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { hostRegistry } from "./registry.ts";
import { startPool } from "./start_pool.ts";
import { workerCounts } from "./worker_counts.ts";

/** Milliseconds between a failed load of a model and its first retry. */
const RETRY_MS = 1000;

/** Creates a model registry whose models run in worker processes. The models start to load. */
export function processRegistry(config: Config): Promise<ModelRegistry> {
  const { workers, threads } = workerCounts(config);
  return hostRegistry(config, workers, ({ storeKey, folder }) =>
    startPool({
      model: storeKey,
      folder: folder.href,
      engine: config.ENGINE,
      threads,
      limits: imageLimits(config),
    }, {
      workers,
      queue: config.QUEUE ?? DEFAULT_QUEUE,
      maxWaitMs: config.MAX_WAIT_MS,
      deadlines: {
        loadMs: config.LOAD_TIMEOUT_MS,
        decodeMs: config.DECODE_TIMEOUT_MS,
        runMs: config.RUN_TIMEOUT_MS,
      },
      log: (message) => console.error(message),
    }), RETRY_MS);
}
