/** Our own files that a browser bundle fetches at run time, as paths in the project. */
export const OWN_FILES: readonly string[] = ["src/codecs/jpeg.wasm", "src/codecs/png.wasm"];

/** Files of npm packages that a browser bundle fetches at run time, as paths in `node_modules`. */
export const PACKAGE_FILES: readonly string[] = [
  "icodec/dist/webp-dec.wasm",
  "icodec/dist/avif-dec.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.jspi.mjs",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.jspi.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.mjs",
];

/**
 * Files of npm packages that are compressed with gzip, because they have more than 25 MiB. Static
 * hosts such as Cloudflare Pages refuse larger files.
 */
export const COMPRESSED_FILES: readonly string[] = [
  "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm",
];

/** Files of the bundled model, as paths in `models`. */
export const MODEL_FILES: readonly string[] = ["everyday8.json", "everyday8.onnx"];
