import manifest from "../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../src/manifest/manifest.ts";
import { createDetector } from "../src/detect/detector.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../src/detect/preprocess.ts";
import { ModelShelf } from "../src/serving/model_registry.ts";
import type { Detector } from "../src/ports/detector.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";

/** The project's own model on the real engine that is everywhere: wasm, one thread. */
export async function openEveryday8(limits: ImageLimits = DEFAULT_IMAGE_LIMITS): Promise<Detector> {
  return await createDetector(await hostRuntime({ threads: 1 }), {
    model: "everyday8",
    engine: "wasm",
    limits,
  });
}

/** A shelf that holds it, loaded. */
export async function everyday8Shelf(): Promise<ModelShelf> {
  const detector = await openEveryday8();
  const shelf = new ModelShelf({
    manifests: [parseManifest(manifest)],
    atStart: ["everyday8"],
    load: () => Promise.resolve(detector),
  });
  await shelf.started;
  return shelf;
}
