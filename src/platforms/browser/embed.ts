import { type EmbeddedDetector, openEmbedded, openEmbeddedFrom } from "../../embed/detector.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import { cacheModelStore, type LoadProgress } from "../../stores/cache.ts";
import { browserAssets } from "./assets.ts";
import { startWebWorker } from "./start_worker.ts";

export * from "../../embed/api.ts";
export type { LoadProgress };

/** Options of a detector in a page. */
export interface BrowserEmbedOptions extends EmbedOptions {
  /**
   * True if the decoders and the engine run in a Web Worker, which keeps the page responsive. Pass
   * false inside a Web Worker.
   *
   * @default true
   */
  readonly worker?: boolean | undefined;
  /**
   * CPU threads. Only a cross-origin isolated page can have more than one. Unset: one per core, at
   * most 4.
   */
  readonly threads?: number | undefined;
  /** Folder of the bundle's wasm files, Web Worker and models. Unset: the folder of this module. */
  readonly assets?: string | URL | undefined;
  /** Called as the bytes of the graph arrive. Unset: no reports. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/**
 * Creates a detector in a page. It runs on WebGPU if the browser supports it in hardware, otherwise
 * on the CPU.
 *
 * The graph is kept in the Cache API and checked against the SHA-256 of the manifest on every read.
 * Nothing is loaded before the first call of this function.
 *
 * @throws {DomainError} If the model is unknown, or if its manifest, graph or engine fails.
 * @throws The signal's reason, if the signal is aborted.
 */
export async function createDetector(options: BrowserEmbedOptions): Promise<EmbeddedDetector> {
  options.signal?.throwIfAborted();
  const assets = browserAssets(options.assets);
  const models = cacheModelStore(assets.models, options);
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
