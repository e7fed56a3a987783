import { createDetector } from "../../detect/detector.ts";
import { DetectorPool } from "../../serving/detector_pool.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { hostRuntime } from "../host/runtime.ts";
import { imageLimits } from "../../server/app_settings.ts";
import type { Config } from "../../server/config.ts";
import { hostRegistry } from "../host/registry.ts";

/**
 * The models of a server whose platform starts and ends it as it likes, and lets it start no
 * process: all on this thread, one image at a time, the others in a bounded queue. It lends a
 * share of a core rather than several, so the engine takes one thread unless it is told otherwise.
 */
export function serverlessRegistry(config: Config): Promise<ModelRegistry> {
  return hostRegistry(config, 1, async ({ storeKey, folder }) => {
    const runtime = await hostRuntime({ threads: config.THREADS ?? 1, models: folder });
    const limits = imageLimits(config);
    return await DetectorPool.open({
      size: 1,
      queue: config.QUEUE ?? 2,
      start: () => createDetector(runtime, { model: storeKey, engine: config.ENGINE, limits }),
    });
  });
}
