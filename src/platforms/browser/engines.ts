import type { EngineCandidate } from "../../engines/open_engine.ts";
import { ortSession } from "../../engines/ort_session.ts";
import { wasmOptions } from "../../engines/wasm_options.ts";
import { type WebgpuBuild, webgpuCandidate } from "../../engines/webgpu_candidate.ts";
import type { BrowserAssets, EngineFiles } from "./assets.ts";
import { fetchGzip } from "./fetch_gzip.ts";

/**
 * Returns the engine that runs graphs with onnxruntime-web on WebGPU.
 *
 * onnxruntime-web is imported when a graph is opened. onnxruntime-web has two builds for WebGPU.
 * The smaller build needs JSPI (JavaScript Promise Integration), which the browser supports if
 * `WebAssembly.Suspending` exists.
 */
export function browserWebgpuEngine(assets: BrowserAssets): EngineCandidate {
  return webgpuCandidate(async () => {
    if (!("Suspending" in WebAssembly)) return await loadAsyncify(assets.webgpuAsyncify);
    const ort = await import("onnxruntime-web/jspi");
    ort.env.wasm.wasmPaths = { ...assets.webgpu };
    ort.env.wasm.numThreads = 1;
    return ort;
  });
}

/**
 * Loads the build of onnxruntime-web for WebGPU that works in browsers without JSPI (JavaScript
 * Promise Integration). The wasm file of this build is compressed with gzip.
 */
async function loadAsyncify({ mjs, wasm }: EngineFiles): Promise<WebgpuBuild> {
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.wasmPaths = { mjs };
  ort.env.wasm.wasmBinary ??= await fetchGzip(wasm);
  ort.env.wasm.numThreads = 1;
  return ort;
}

/**
 * Returns the engine that runs graphs with onnxruntime-web on the CPU.
 *
 * onnxruntime-web has one WebAssembly instance per page or Web Worker. The first session (loaded
 * graph) sets the number of CPU threads for all sessions. If onnxruntime-web fails to start, the
 * page or Web Worker cannot start it again.
 */
export function browserWasmEngine(assets: BrowserAssets, threads: number): EngineCandidate {
  return {
    provider: "wasm",
    threads,
    async open(graph, engine, data) {
      const ort = await import("onnxruntime-web/wasm");
      ort.env.wasm.wasmPaths = { ...assets.wasm };
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(graph, wasmOptions(graph, data));
      return ortSession(session, ort.Tensor, { ...engine, threads: ort.env.wasm.numThreads });
    },
  };
}
