import type { EngineCandidate } from "../../engines/open_engine.ts";
import { ortSession } from "../../engines/ort_session.ts";
import { webgpuCandidate } from "../../engines/webgpu_candidate.ts";
import type { BrowserAssets } from "./assets.ts";

/**
 * Returns onnxruntime-web on WebGPU, which is imported when the engine is tried.
 *
 * The package has two builds. The smaller one needs JSPI (`WebAssembly.Suspending`).
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
 * Returns onnxruntime-web on the CPU.
 *
 * The package keeps one wasm instance per thread that imports it. The first session fixes its
 * thread count, and a failed start cannot be retried.
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
