import { imageLimits } from "../../server/image_limits.ts";
import type { Config } from "../../server/config.ts";
import { DEFAULT_QUEUE } from "../../serving/admission.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { messageLine } from "../../server/logger.ts";
import type { HostMetrics } from "./host_metrics.ts";
import { hostRegistry } from "./registry.ts";
import { startPool } from "./start_pool.ts";
import { workerCounts } from "./worker_counts.ts";

/** Milliseconds between a failed load of a model and its first retry. */
const RETRY_MS = 1000;

/**
 * Creates a model registry whose models run in worker processes, and starts to load the models.
 *
 * @param metrics Metrics that record the models, their queues and their workers. Unset: nothing is
 *   recorded.
 */
export async function processRegistry(
  config: Config,
  metrics?: HostMetrics,
): Promise<ModelRegistry> {
  const { workers, threads } = workerCounts(config);
  const registry = await hostRegistry(
    config,
    workers,
    ({ storeKey, folder, countRuns }) =>
      startPool({
        model: storeKey,
        folder: folder.href,
        engine: config.ENGINE,
        codec: config.CODEC,
        variants: config.VARIANTS,
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
        countRuns,
        log: (message) => console.error(messageLine(config.LOG, "warn", message)),
        observer: metrics,
      }),
    RETRY_MS,
  );
  if (metrics !== undefined) metrics.models = registry;
  return registry;
}
