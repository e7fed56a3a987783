/** Addresses of the files that lie with a page's bundle. */
export interface BrowserAssets {
  /** imagescript's JPEG decoder. */
  readonly jpeg: string;
  /** imagescript's PNG decoder. */
  readonly png: string;
  /** imagescript's GIF decoder. */
  readonly gif: string;
  /** icodec's WebP decoder. */
  readonly webp: string;
  /** icodec's AVIF decoder. */
  readonly avif: string;
  /** onnxruntime-web's CPU engine. */
  readonly wasm: EngineFiles;
  /** onnxruntime-web's WebGPU engine, for browsers whose wasm can wait for a promise (JSPI). */
  readonly webgpu: EngineFiles;
  /** The same for those whose wasm cannot; half as large again. */
  readonly webgpuAsyncify: EngineFiles;
  /** Script of the worker. */
  readonly worker: string;
  /** Folder of the models, with a slash at its end. */
  readonly models: string;
}

/** An engine's wasm and the module that starts it. */
export interface EngineFiles {
  /** The module. */
  readonly mjs: string;
  /** The wasm. */
  readonly wasm: string;
}

/**
 * The files of a bundle, in the folder that is named or else beside this module.
 *
 * @param folder Its address, absolute or from the page's own.
 */
export function browserAssets(folder?: string | URL): BrowserAssets {
  const base = folder === undefined ? import.meta.url : folderOf(folder);
  const locate = (file: string) => new URL(file, base).href;
  const engine = (name: string) => ({ mjs: locate(`${name}.mjs`), wasm: locate(`${name}.wasm`) });
  return {
    jpeg: locate("jpeg.wasm"),
    png: locate("png.wasm"),
    gif: locate("gif.wasm"),
    webp: locate("webp-dec.wasm"),
    avif: locate("avif-dec.wasm"),
    wasm: engine("ort-wasm-simd-threaded"),
    webgpu: engine("ort-wasm-simd-threaded.jspi"),
    webgpuAsyncify: engine("ort-wasm-simd-threaded.asyncify"),
    worker: locate("browser_worker.js"),
    models: locate("models/"),
  };
}

function folderOf(address: string | URL): URL {
  const url = new URL(address, globalThis.location.href);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
