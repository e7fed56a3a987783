// @ts-self-types="./module_factory.d.ts"
// This file is JavaScript, because onnxruntime-web has no types for the module that it exports. The
// types are in module_factory.d.ts.
export { default as createModule } from "onnxruntime-web/ort-wasm-simd-threaded.mjs";
