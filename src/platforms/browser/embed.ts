import { browserAssets } from "./assets.ts";
import { cacheModelStore, type LoadProgress } from "../../stores/cache.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import { type EmbeddedDetector, openEmbedded, openEmbeddedFrom } from "../../embed/detector.ts";
import { startPageWorker } from "./start_worker.ts";

export * from "../../embed/api.ts";
export type { LoadProgress };

/** What a detector is made of in a page. */
export interface BrowserEmbedOptions extends EmbedOptions {
  /**
   * Whether decoders and engine run in a worker, so that the page stays responsive (true); a worker
   * that makes a detector itself may say false.
   */
  readonly worker?: boolean;
  /** Most CPU threads, in a page that is isolated from others; at most 4 of the machine's. */
  readonly threads?: number;
  /** Folder of the bundle's wasm, worker and models; the one that this module lies in. */
  readonly assets?: string | URL;
  /** Told of the graph's bytes as they come. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * A detector inside a page: on WebGPU where the browser has it on hardware, else on the CPU.
 *
 * The graph is kept by the Cache API, and checked against the manifest's SHA-256 whenever it is
 * read. Nothing is loaded before the first call.
 *
 * @throws {DomainError} If there is no such model; if its manifest, graph or engine does not do.
 * @throws The signal's reason, once it is aborted.
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
    start: (store, asked) => startPageWorker(store, { ...asked, assets, threads }),
  }, options);
}
