import type { EngineCandidate } from "./open_engine.ts";
import { webgpuCandidate } from "./webgpu_candidate.ts";

/** onnxruntime-web on WebGPU; loaded only when it is tried. */
export function webgpuEngine(): EngineCandidate {
  return webgpuCandidate(() => withoutLocation(() => import("onnxruntime-web/webgpu")));
}

/**
 * Imports while `location` is hidden.
 *
 * As it loads, the package resolves its own address against `location.origin`, and the origin of
 * a worker that was started from a file is the text "null", which is no base for an address.
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
