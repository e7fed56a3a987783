import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { createApp } from "../../routes/app.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";
import { appSettings } from "../../src/server/app_settings.ts";
import { imageLimits } from "../../src/server/image_limits.ts";
import { readConfig } from "../../src/server/config.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import type { Target } from "./target.ts";

/** Starts the app in this process, without a server, on wasm with one thread. */
export async function startLocalTarget(environment: Record<string, string> = {}): Promise<Target> {
  const config = readConfig(environment);
  const manifest = parseManifest(everyday8);
  const runtime = await hostRuntime({ threads: 1 });
  const registry = new ModelRegistry({
    manifests: [manifest],
    atStart: [manifest.id],
    load: (model) =>
      createDetector(runtime, { model, engine: "wasm", limits: imageLimits(config) }),
  });
  await registry.started;
  const app = createApp({ ...appSettings(config, "json"), registry });
  return {
    name: "local",
    request: async (path, init) => await app.request(path, init),
    [Symbol.asyncDispose]: () => registry.close(),
  };
}
