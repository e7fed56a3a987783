// @ts-self-types="./modules.d.ts"
// Cloudflare Workers forbids compiling WebAssembly from bytes at run time. So each wasm file is imported
// here, and the bundler turns each import into a compiled `WebAssembly.Module`.
//
// This file is JavaScript, because TypeScript would treat each import as an instance and not as a
// module. The right types are in modules.d.ts.
export { default as jpeg } from "../../codecs/jpeg.wasm";
export { default as png } from "../../codecs/png.wasm";
export { default as webp } from "icodec/webp-dec.wasm";
export { default as onnxruntime } from "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
