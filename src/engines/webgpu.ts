import type { EngineCandidate } from "./open_engine.ts";
import { webgpuCandidate } from "./webgpu_candidate.ts";

/**
 * Returns the engine that runs graphs with onnxruntime-web on WebGPU. onnxruntime-web is imported
 * when a graph is opened, not before.
 */
export function webgpuEngine(): EngineCandidate {
  return webgpuCandidate(async () => {
    const ort = await withoutLocation(() => import("onnxruntime-web/webgpu"));
    // One CPU thread is enough, because the GPU does the work. Several threads could hang (see
    // large_memory.ts).
    ort.env.wasm.numThreads = 1;
    return ort;
  });
}

/**
 * Runs an import while the global variable `location` is undefined.
 *
 * During the import, onnxruntime-web resolves its own URL against `location.origin`. In a Web
 * Worker whose script is a local file, this origin is the text "null". The import would fail,
 * because "null" is no valid base URL.
 */
async function withoutLocation<T>(load: () => Promise<T>): Promise<T> {
  const location = Object.getOwnPropertyDescriptor(globalThis, "location");
  if (location === undefined) return await load();
  Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });
  try {
    return await load();
  } finally {
    Object.defineProperty(globalThis, "location", location);
  }
}
