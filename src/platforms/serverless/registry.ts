import { createDetector } from "../../detect/detector.ts";
import { imageLimits } from "../../server/image_limits.ts";
import type { Config } from "../../server/config.ts";
import { DEFAULT_QUEUE } from "../../serving/admission.ts";
import { DetectorPool } from "../../serving/detector_pool.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { IMPORTED_WASM } from "../host/imported_wasm.ts";
import { hostRegistry } from "../host/registry.ts";
import { hostRuntime } from "../host/runtime.ts";

/**
 * Creates the model registry for a serverless platform. The registry loads and holds the models.
 *
 * Serverless platforms allow no child processes, so all models run on this thread. Each model
 * processes one image at a time. The other images wait in a queue of limited length.
 *
 * If `THREADS` is unset, the engine uses one CPU thread. More threads would not help, because these
 * platforms often give a program less than one CPU core.
 */
export function serverlessRegistry(config: Config): Promise<ModelRegistry> {
  return hostRegistry(config, 1, async ({ storeKey, folder, countRuns }) => {
    const runtime = await hostRuntime({
      threads: config.THREADS ?? 1,
      models: folder,
      engine: config.ENGINE,
      codec: config.CODEC,
      variants: config.VARIANTS,
      imported: IMPORTED_WASM,
    });
    const limits = imageLimits(config);
    return await DetectorPool.open({
      size: 1,
      queue: config.QUEUE ?? DEFAULT_QUEUE,
      maxWaitMs: config.MAX_WAIT_MS,
      countRuns,
      start: () => createDetector(runtime, { model: storeKey, engine: config.ENGINE, limits }),
    });
  });
}
