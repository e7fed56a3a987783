import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";
import { adapterFault, requestAdapter } from "./webgpu_adapter.ts";

/** Part of onnxruntime-web that is used; all of its WebGPU builds have the same type. */
export type WebgpuBuild = Pick<
  typeof import("onnxruntime-web/webgpu"),
  "InferenceSession" | "Tensor"
>;

/**
 * Returns the engine onnxruntime-web on WebGPU.
 *
 * @param load Imports a build of onnxruntime-web. Called only if there is a WebGPU adapter.
 */
export function webgpuCandidate(load: () => Promise<WebgpuBuild>): EngineCandidate {
  return {
    provider: "webgpu",
    threads: 1,
    unfitForAuto: adapterFault,
    async open(graph, engine) {
      if (await requestAdapter() === null) throw new Error("there is no adapter");
      const ort = await load();
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["webgpu"] });
      return ortSession(session, ort.Tensor, engine);
    },
  };
}
