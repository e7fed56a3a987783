/** onnxruntime-web on the CPU. */
export const engine: WebAssembly.Module;
