import type { ModelStore } from "../../ports/model_store.ts";
import type { Capabilities, Runtime } from "../../ports/runtime.ts";
import { type Fetcher, fetchModelStore } from "../../stores/http.ts";
import { openEngine } from "../../engines/open_engine.ts";
import { imageCodec } from "../../codecs/image_codec.ts";
import { type ModelBucket, r2ModelStore } from "../../stores/r2.ts";
import { staticWasmEngine } from "./engine.ts";
import { gif, jpeg, onnxruntime, png, webp } from "./modules.js";
import { WORKERD_LIMITS } from "./limits.ts";

/** Where a Worker's models lie. */
export type WorkerdModels =
  /** A binding that serves a folder of models. */
  | { readonly assets: Fetcher }
  /** An R2 bucket. */
  | { readonly bucket: ModelBucket }
  /** Anywhere else. */
  | { readonly store: ModelStore };

/**
 * Cloudflare Workers: one thread, no files, 128 MB for everything.
 *
 * AVIF is not read: its decoder takes 16 bytes a pixel.
 */
export function workerdRuntime(models: WorkerdModels): Runtime {
  const engines = [staticWasmEngine(onnxruntime)];
  return {
    capabilities: {
      providers: ["wasm"],
      threads: 1,
      maxPixels: WORKERD_LIMITS.maxPixels,
      maxDecodedBytes: WORKERD_LIMITS.maxDecodedBytes,
      ...largestModel(models),
    },
    codec: imageCodec({ jpeg, png, gif, webp }),
    models: storeOf(models),
    openSession: (graph, engine) => openEngine(engines, engine, graph),
  };
}

function storeOf(models: WorkerdModels): ModelStore {
  if ("store" in models) return models.store;
  if ("bucket" in models) return r2ModelStore(models.bucket);
  return fetchModelStore(models.assets, "https://assets.local/");
}

function largestModel(
  models: WorkerdModels,
): Pick<Capabilities, "maxModelBytes" | "largerModelsHint"> {
  if ("assets" in models) {
    return {
      maxModelBytes: 25 * 1024 * 1024,
      largerModelsHint: "it is more than a static asset holds: put the models into an R2 bucket that " +
        "is bound as MODELS_BUCKET",
    };
  }
  return {
    maxModelBytes: WORKERD_LIMITS.maxModelBytes,
    largerModelsHint: "larger ones do not fit 128 MB once they are loaded: serve it elsewhere",
  };
}
