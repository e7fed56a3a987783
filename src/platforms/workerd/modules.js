// @ts-self-types="./modules.d.ts"
// Cloudflare Workers forbids compiling wasm from bytes, so every module is a static import, which
// the bundler turns into a WebAssembly.Module. Plain JavaScript, because TypeScript types such an
// import as an instance; modules.d.ts has the right types.
export { default as jpeg } from "../../codecs/jpeg.wasm";
export { default as png } from "../../codecs/png.wasm";
export { default as webp } from "icodec/webp-dec.wasm";
export { default as onnxruntime } from "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
