import { imageCodec } from "../../codecs/image_codec.ts";
import { openEngine } from "../../engines/open_engine.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import type { Capabilities, Runtime } from "../../ports/runtime.ts";
import { type Fetcher, fetchModelStore } from "../../stores/http.ts";
import { type ModelBucket, r2ModelStore } from "../../stores/r2.ts";
import { staticWasmEngine } from "./engine.ts";
import { MAX_ASSET_BYTES, WORKERD_LIMITS } from "./limits.ts";
import { jpeg, onnxruntime, png, webp } from "./modules.js";

/** Source of the models of a Cloudflare Worker. */
export type WorkerdModels =
  /** Binding of static assets that contain the folder of the models. */
  | { readonly assets: Fetcher }
  /** Binding of an R2 bucket that contains the models. */
  | { readonly bucket: ModelBucket }
  /** Model store that the caller has created. */
  | { readonly store: ModelStore };

/**
 * Creates the runtime of Cloudflare Workers, which have one thread, no files and 128 MB of memory.
 *
 * The runtime does not support AVIF images, because the AVIF decoder needs too much memory: 16
 * bytes per pixel.
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
    codec: imageCodec({ jpeg, png, webp }),
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
      maxModelBytes: MAX_ASSET_BYTES,
      largerModelsHint:
        "it is more than a static asset holds: put the models into an R2 bucket that " +
        "is bound as MODELS_BUCKET",
    };
  }
  return {
    maxModelBytes: WORKERD_LIMITS.maxModelBytes,
    largerModelsHint: "larger ones do not fit 128 MB once they are loaded: serve it elsewhere",
  };
}
