import type { Runtime } from "../ports/runtime.ts";
import { type Fetcher, fetchModelStore } from "./fetch_model_store.ts";
import { openEngine } from "./open_engine.ts";
import { pictureCodec } from "./picture_codec.ts";
import { staticWasmEngine } from "./static_wasm_engine.ts";
import { gif, jpeg, onnxruntime, png, webp } from "./workerd_modules.js";

/**
 * Cloudflare Workers: one thread, no files, 128 MB for everything.
 *
 * Beside the engine there is room for 64 MB: a JPEG of 12 megapixels takes a fraction of it where it
 * is decoded at a reduced scale, a PNG of 9 megapixels all. AVIF is not read: its decoder takes 20 MB
 * and 16 bytes a pixel.
 *
 * @param assets Binding that serves the folder `models/`.
 */
export function workerdRuntime(assets: Fetcher): Runtime {
  const engines = [staticWasmEngine(onnxruntime)];
  return {
    capabilities: {
      providers: ["wasm"],
      threads: 1,
      maxPixels: 12_000_000,
      maxDecodedBytes: 64_000_000,
      maxModelBytes: 25 * 1024 * 1024,
    },
    codec: pictureCodec({ jpeg, png, gif, webp }),
    models: fetchModelStore(assets, "https://assets.local/"),
    openSession: (graph, engine) => openEngine(engines, engine, graph),
  };
}
