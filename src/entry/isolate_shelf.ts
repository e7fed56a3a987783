import { createDetector } from "../detect/detector.ts";
import { DetectorPool } from "../detect/detector_pool.ts";
import type { ModelShelf } from "../detect/model_shelf.ts";
import { hostRuntime } from "../runtime/host_runtime.ts";
import { imageLimits } from "./app_settings.ts";
import type { Config } from "./config.ts";
import { hostShelf } from "./host_shelf.ts";

/**
 * The models of a server whose platform starts and ends it as it likes, and lets it start no
 * process: all on this thread, one picture at a time, the others in a bounded queue. It lends a
 * share of a core rather than several, so the engine takes one thread unless it is told otherwise.
 */
export function isolateShelf(config: Config): Promise<ModelShelf> {
  return hostShelf(config, 1, async ({ address, folder }) => {
    const runtime = await hostRuntime({ threads: config.THREADS ?? 1, models: folder });
    const limits = imageLimits(config);
    return await DetectorPool.open({
      size: 1,
      queue: config.QUEUE ?? 2,
      start: () => createDetector(runtime, { model: address, engine: config.ENGINE, limits }),
    });
  });
}
