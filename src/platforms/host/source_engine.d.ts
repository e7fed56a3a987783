/** Compiled wasm file of onnxruntime-web, the engine that runs graphs on the CPU. */
export const engine: WebAssembly.Module;
