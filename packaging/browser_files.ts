/** What a page's bundle fetches as it runs: files of packages, by their place below `node_modules`. */
export const PACKAGE_FILES: readonly string[] = [
  "imagescript/wasm/any/jpeg.wasm",
  "imagescript/wasm/any/png.wasm",
  "imagescript/wasm/any/gif.wasm",
  "icodec/dist/webp-dec.wasm",
  "icodec/dist/avif-dec.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.jspi.mjs",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.jspi.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.mjs",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm",
];

/** The model that comes with it, by its place below `models`. */
export const MODEL_FILES: readonly string[] = ["everyday8.json", "everyday8.onnx"];
