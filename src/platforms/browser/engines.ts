import type { BrowserAssets } from "./assets.ts";
import type { EngineCandidate } from "../../engines/open_engine.ts";
import { ortSession } from "../../engines/ort_session.ts";
import { webgpuCandidate } from "../../engines/webgpu_candidate.ts";

/**
 * onnxruntime-web on WebGPU; loaded only when it is tried.
 *
 * Of its two builds the smaller one is taken where the browser has what it needs.
 */
export function browserWebgpuEngine(assets: BrowserAssets): EngineCandidate {
  return webgpuCandidate(async () => {
    const [ort, files] = "Suspending" in WebAssembly
      ? [await import("onnxruntime-web/jspi"), assets.webgpu]
      : [await import("onnxruntime-web/webgpu"), assets.webgpuAsyncify];
    ort.env.wasm.wasmPaths = { ...files };
    ort.env.wasm.numThreads = 1;
    return ort;
  });
}

/**
 * onnxruntime-web on the CPU.
 *
 * The package keeps one wasm instance per thread that imports it: its thread count is set by the
 * first session, and a start that failed is final there.
 */
export function browserWasmEngine(assets: BrowserAssets, threads: number): EngineCandidate {
  return {
    provider: "wasm",
    threads,
    async open(graph, engine) {
      const ort = await import("onnxruntime-web/wasm");
      ort.env.wasm.wasmPaths = { ...assets.wasm };
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
      return ortSession(session, ort.Tensor, { ...engine, threads: ort.env.wasm.numThreads });
    },
  };
}
