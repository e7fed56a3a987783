/**
 * Names of the engines: onnxruntime on WebGPU (`webgpu`), onnxruntime-node on the CPU (`native`),
 * and onnxruntime-web on the CPU (`wasm`).
 */
export const PROVIDERS = ["webgpu", "native", "wasm"] as const;

/** Name of an engine. */
export type Provider = (typeof PROVIDERS)[number];
