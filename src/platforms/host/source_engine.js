// @ts-self-types="./source_engine.d.ts"
// Like source_modules.js, for the engine. A file of its own, since its wasm file is 14 MB.
import source engine from "onnxruntime-web/ort-wasm-simd-threaded.wasm";

export { engine };
