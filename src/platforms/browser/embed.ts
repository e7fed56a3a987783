import { FLAG, FUNCTION, type OptionRules } from "../../core/check_options.ts";
import { checkEmbedOptions } from "../../embed/check_embed_options.ts";
import { type EmbeddedDetector, openEmbedded, openEmbeddedFrom } from "../../embed/detector.ts";
import { THREADS } from "../../embed/option_rules.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import { cacheModelStore, type LoadProgress } from "../../stores/cache.ts";
import { browserAssets } from "./assets.ts";
import { startWebWorker } from "./start_worker.ts";

export * from "../../embed/api.ts";
export type { LoadProgress };

/**
 * Lists the models that the browser bundle contains. The author of a web page may add more models
 * to the models folder.
 */
function listBundled(): Promise<readonly string[]> {
  return Promise.resolve(["everyday8"]);
}

/** Options of a detector in a web page. */
export interface BrowserEmbedOptions extends EmbedOptions {
  /**
   * True to decode images and run the model in a Web Worker, so that the page stays responsive.
   * Pass false if your own code already runs in a Web Worker.
   *
   * @default true
   */
  readonly worker?: boolean | undefined;
  /**
   * Number of CPU threads that run the model. A page can use only one thread if its global variable
   * `crossOriginIsolated` is false. Unset: one thread per core, at most 4.
   */
  readonly threads?: number | undefined;
  /**
   * URL of the folder with the wasm files, the script of the Web Worker and the models. Unset: the
   * folder of the bundle's own script.
   */
  readonly assets?: string | URL | undefined;
  /**
   * Called each time bytes of the model arrive, for example to show a progress bar. Unset: no
   * calls.
   */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

const RULES: OptionRules<Omit<BrowserEmbedOptions, keyof EmbedOptions>> = {
  worker: FLAG,
  threads: THREADS,
  assets: {
    must: "the URL of a folder",
    accepts: (value) => URL.canParse(String(value), globalThis.location.href),
  },
  onProgress: FUNCTION,
};

/**
 * Creates a detector in a web page. By default, the model runs on WebGPU if the browser has a
 * hardware adapter for WebGPU, otherwise on the CPU.
 *
 * The browser's Cache API keeps the graph (the ONNX file) for the next visit. The cached bytes are
 * checked against the SHA-256 in the manifest on every read.
 *
 * Decoders, engines and models are downloaded only when this function is called.
 *
 * @throws {DomainError} If the model is unknown, its manifest or graph is wrong, or no engine
 *   starts.
 * @throws `options.signal.reason`, if this signal is aborted.
 */
export async function createDetector(asked: BrowserEmbedOptions): Promise<EmbeddedDetector> {
  const options = checkEmbedOptions(asked, RULES);
  options.signal?.throwIfAborted();
  const assets = browserAssets(options.assets);
  const models = { ...cacheModelStore(assets.models, options), list: listBundled };
  const { worker = true, threads } = options;
  if (!worker) {
    const { browserRuntime } = await import("./runtime.ts");
    const runtime = await browserRuntime({ assets, models, threads });
    return await openEmbedded({ runtime }, options);
  }
  return await openEmbeddedFrom({
    models,
    start: (store, wanted) => startWebWorker(store, { ...wanted, assets, threads }),
  }, options);
}
