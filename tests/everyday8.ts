import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../src/image/limits.ts";
import manifest from "../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../src/manifest/manifest.ts";
import { createDetector } from "../src/detect/detector.ts";
import { ModelRegistry } from "../src/serving/model_registry.ts";
import type { Detector } from "../src/ports/detector.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";

/** Opens a model of the project on wasm with one thread, the engine that every machine has. */
export async function openEveryday8(
  limits: ImageLimits = DEFAULT_IMAGE_LIMITS,
  model = "everyday8",
): Promise<Detector> {
  return await createDetector(await hostRuntime({ threads: 1 }), {
    model,
    engine: "wasm",
    limits,
  });
}

/** Returns a model registry with that model, loaded. */
export async function everyday8Registry(): Promise<ModelRegistry> {
  const detector = await openEveryday8();
  const registry = new ModelRegistry({
    manifests: [parseManifest(manifest)],
    atStart: ["everyday8"],
    load: () => Promise.resolve(detector),
  });
  await registry.started;
  return registry;
}
