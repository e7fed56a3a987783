import type { EngineCandidate } from "./open_engine.ts";
import { webgpuCandidate } from "./webgpu_candidate.ts";

/** Returns the engine onnxruntime-web on WebGPU; the package is imported when the engine is tried. */
export function webgpuEngine(): EngineCandidate {
  return webgpuCandidate(async () => {
    const ort = await withoutLocation(() => import("onnxruntime-web/webgpu"));
    // The GPU does the work, and more threads could hang: see large_memory.ts.
    ort.env.wasm.numThreads = 1;
    return ort;
  });
}

/**
 * Runs an import while `location` is hidden.
 *
 * The package resolves its own URL against `location.origin` when it loads. In a Web Worker that
 * was started from a file, the origin is the text "null", which is not a valid base URL.
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
