import type { EngineCandidate } from "./open_engine.ts";
import { externalDataOf, ortSession } from "./ort_session.ts";
import { adapterFault, requestAdapter } from "./webgpu_adapter.ts";

/**
 * Exports of onnxruntime-web that this file uses. All WebGPU builds of the package have these
 * exports.
 */
export type WebgpuBuild = Pick<
  typeof import("onnxruntime-web/webgpu"),
  "InferenceSession" | "Tensor"
>;

/**
 * Returns the engine that runs graphs with onnxruntime-web on WebGPU.
 *
 * @param load Imports a WebGPU build of onnxruntime-web. Called only if the runtime has an adapter.
 */
export function webgpuCandidate(load: () => Promise<WebgpuBuild>): EngineCandidate {
  return {
    provider: "webgpu",
    threads: 1,
    unfitForAuto: adapterFault,
    async open(graph, engine, data) {
      if (await requestAdapter() === null) throw new Error("there is no adapter");
      const ort = await load();
      const session = await ort.InferenceSession.create(graph, {
        executionProviders: ["webgpu"],
        externalData: externalDataOf(data),
      });
      return ortSession(session, ort.Tensor, engine);
    },
  };
}
