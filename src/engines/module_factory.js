// @ts-self-types="./module_factory.d.ts"
// Plain JavaScript with types beside it, because the package has none for this module.
export { default as createModule } from "onnxruntime-web/ort-wasm-simd-threaded.mjs";
