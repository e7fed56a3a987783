import { type CodecModules, imageCodec } from "../../codecs/image_codec.ts";
import { openEngine } from "../../engines/open_engine.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { BrowserAssets } from "./assets.ts";
import { compileUrl } from "./compile_url.ts";
import { browserWasmEngine, browserWebgpuEngine } from "./engines.ts";

/** Options of {@linkcode browserRuntime}. */
export interface BrowserRuntimeOptions {
  /** URLs of the decoders and engines. */
  readonly assets: BrowserAssets;
  /** Store of the models. */
  readonly models: ModelStore;
  /** Number of CPU threads per session (loaded graph). Unset: one thread per core, at most 4. */
  readonly threads?: number | undefined;
}

/**
 * Maximum number of CPU threads if the caller does not set the number of threads. Models for web
 * pages have small layers, so more threads hardly make these models faster.
 */
const MAX_THREADS = 4;

/**
 * Creates the runtime of a web page or a Web Worker. Decoders and engines are downloaded over HTTP.
 *
 * Several CPU threads need shared memory. Browsers allow shared memory only in a cross-origin
 * isolated page. A page is cross-origin isolated if the server sends the page with the headers
 * `Cross-Origin-Opener-Policy` and `Cross-Origin-Embedder-Policy`.
 */
export async function browserRuntime(options: BrowserRuntimeOptions): Promise<Runtime> {
  const { assets, models } = options;
  const threads = threadsFor(options.threads);
  const engines = [browserWebgpuEngine(assets), browserWasmEngine(assets, threads)];
  return {
    capabilities: {
      providers: ["webgpu", "wasm"],
      threads,
      maxPixels: Infinity,
      maxDecodedBytes: Infinity,
      maxModelBytes: Infinity,
    },
    codec: imageCodec(await compileCodecs(assets)),
    models,
    openSession: (graph, engine) => openEngine(engines, engine, graph),
  };
}

function threadsFor(wanted: number | undefined): number {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  if (!crossOriginIsolated) return 1;
  return wanted ?? Math.min(MAX_THREADS, navigator.hardwareConcurrency);
}

async function compileCodecs(assets: BrowserAssets): Promise<CodecModules> {
  const [jpeg, png, webp, avif] = await Promise.all([
    compileUrl(assets.jpeg),
    compileUrl(assets.png),
    compileUrl(assets.webp),
    compileUrl(assets.avif),
  ]);
  return { jpeg, png, webp, avif };
}
