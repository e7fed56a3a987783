/** URLs of the files that belong to a browser bundle. */
export interface BrowserAssets {
  /** Our own JPEG decoder. */
  readonly jpeg: string;
  /** Our own PNG decoder. */
  readonly png: string;
  /** icodec's WebP decoder. */
  readonly webp: string;
  /** icodec's AVIF decoder. */
  readonly avif: string;
  /** onnxruntime-web's CPU engine. */
  readonly wasm: EngineFiles;
  /** onnxruntime-web's WebGPU engine for browsers with JSPI, in which wasm can await a promise. */
  readonly webgpu: EngineFiles;
  /** onnxruntime-web's WebGPU engine for browsers without JSPI; half as large again. */
  readonly webgpuAsyncify: EngineFiles;
  /** Script of the Web Worker. */
  readonly worker: string;
  /** Folder of the models, with a slash at its end. */
  readonly models: string;
}

/** URLs of an engine's files. */
export interface EngineFiles {
  /** Module that starts the engine. */
  readonly mjs: string;
  /** Wasm file. */
  readonly wasm: string;
}

/**
 * Returns the URLs of a bundle's files.
 *
 * @param folder URL of the bundle's folder, absolute or relative to the page. Unset: the folder of
 *   this module.
 */
export function browserAssets(folder?: string | URL): BrowserAssets {
  const base = folder === undefined ? import.meta.url : folderUrl(folder);
  const locate = (file: string) => new URL(file, base).href;
  const engine = (name: string) => ({ mjs: locate(`${name}.mjs`), wasm: locate(`${name}.wasm`) });
  return {
    jpeg: locate("jpeg.wasm"),
    png: locate("png.wasm"),
    webp: locate("webp-dec.wasm"),
    avif: locate("avif-dec.wasm"),
    wasm: engine("ort-wasm-simd-threaded"),
    webgpu: engine("ort-wasm-simd-threaded.jspi"),
    webgpuAsyncify: engine("ort-wasm-simd-threaded.asyncify"),
    worker: locate("browser_worker.js"),
    models: locate("models/"),
  };
}

/** Resolves a folder against the page and adds a slash to its end. */
function folderUrl(folder: string | URL): URL {
  const url = new URL(folder, globalThis.location.href);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
