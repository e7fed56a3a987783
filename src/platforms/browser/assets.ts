/** URLs of the files that the browser bundle loads at run time. */
export interface BrowserAssets {
  /** Wasm file of this project's JPEG decoder. */
  readonly jpeg: string;
  /** Wasm file of this project's PNG decoder. */
  readonly png: string;
  /** Wasm file of the WebP decoder of the package icodec. */
  readonly webp: string;
  /** Wasm file of the AVIF decoder of the package icodec. */
  readonly avif: string;
  /** Files of onnxruntime-web for the CPU. */
  readonly wasm: EngineFiles;
  /**
   * Files of onnxruntime-web for WebGPU, in browsers with JSPI. JSPI (JavaScript Promise
   * Integration) lets WebAssembly code wait for a promise.
   */
  readonly webgpu: EngineFiles;
  /**
   * Files of onnxruntime-web for WebGPU, in browsers without JSPI. The wasm file is 1.5 times as
   * large as the wasm file of `webgpu`. The file is compressed with gzip, because many static hosts
   * refuse files of more than 25 MiB.
   */
  readonly webgpuAsyncify: EngineFiles;
  /** Script of the Web Worker. */
  readonly worker: string;
  /** URL of the folder with the models. Ends with a slash. */
  readonly models: string;
}

/** URLs of the two files of an engine. */
export interface EngineFiles {
  /** JavaScript module that starts the engine. */
  readonly mjs: string;
  /** Wasm file of the engine. */
  readonly wasm: string;
}

/**
 * Returns the URLs of the files that the browser bundle loads at run time.
 *
 * @param folder URL of the folder with these files: absolute, or relative to the URL of the page.
 *   Unset: the folder of the bundle's own script.
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
    webgpuAsyncify: {
      mjs: locate("ort-wasm-simd-threaded.asyncify.mjs"),
      wasm: locate("ort-wasm-simd-threaded.asyncify.wasm.gz"),
    },
    worker: locate("browser_worker.js"),
    models: locate("models/"),
  };
}

/**
 * Returns the absolute URL of a folder, with a slash at its end. Resolves a relative URL against
 * the URL of the page.
 */
function folderUrl(folder: string | URL): URL {
  const url = new URL(folder, globalThis.location.href);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
