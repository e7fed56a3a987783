/** Compiled wasm file of this project's JPEG decoder. */
export const jpeg: WebAssembly.Module;
/** Compiled wasm file of this project's PNG decoder. */
export const png: WebAssembly.Module;
/** Compiled wasm file of the WebP decoder of the package icodec. */
export const webp: WebAssembly.Module;
/** Compiled wasm file of onnxruntime-web for the CPU. */
export const onnxruntime: WebAssembly.Module;
