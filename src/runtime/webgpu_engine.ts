import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";
import { adapterFault, requestAdapter } from "./webgpu_adapter.ts";

/** onnxruntime-web on WebGPU; loaded only when it is tried. */
export function webgpuEngine(): EngineCandidate {
  return {
    provider: "webgpu",
    threads: 1,
    unfitForAuto: adapterFault,
    async open(graph, engine) {
      if (await requestAdapter() === null) throw new Error("there is no adapter");
      const ort = await withoutLocation(() => import("onnxruntime-web/webgpu"));
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["webgpu"] });
      return ortSession(session, ort.Tensor, engine);
    },
  };
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
