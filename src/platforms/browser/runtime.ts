import type { ModelStore } from "../../ports/model_store.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { BrowserAssets } from "./assets.ts";
import { browserWasmEngine, browserWebgpuEngine } from "./engines.ts";
import { compileUrl } from "./compile_url.ts";
import { openEngine } from "../../engines/open_engine.ts";
import { type CodecModules, imageCodec } from "../../codecs/image_codec.ts";

/** What a page gives its runtime. */
export interface BrowserRuntimeOptions {
  /** Where the bundle's files lie. */
  readonly assets: BrowserAssets;
  /** Where models come from. */
  readonly models: ModelStore;
  /** Most CPU threads per session; at most 4 of the machine's where absent. */
  readonly threads?: number;
}

/** More threads than this mostly wait: networks that suit a page have small layers. */
const MAX_THREADS = 4;

/**
 * A page, or a worker of one: engines and decoders over HTTP, no files.
 *
 * Threads share memory, which a browser allows pages alone that are isolated from others by
 * `Cross-Origin-Opener-Policy` and `Cross-Origin-Embedder-Policy`.
 */
export async function browserRuntime(options: BrowserRuntimeOptions): Promise<Runtime> {
  const { assets, models } = options;
  const threads = threadsHere(options.threads);
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

function threadsHere(asked: number | undefined): number {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  if (!crossOriginIsolated) return 1;
  return asked ?? Math.min(MAX_THREADS, navigator.hardwareConcurrency);
}

async function compileCodecs(assets: BrowserAssets): Promise<CodecModules> {
  const [jpeg, png, gif, webp, avif] = await Promise.all([
    compileUrl(assets.jpeg),
    compileUrl(assets.png),
    compileUrl(assets.gif),
    compileUrl(assets.webp),
    compileUrl(assets.avif),
  ]);
  return { jpeg, png, gif, webp, avif };
}
