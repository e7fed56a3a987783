import * as ort from "onnxruntime-web/wasm";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";

/**
 * onnxruntime-web on one CPU thread, for runtimes that compile no wasm while they run.
 *
 * The package insists on instantiating bytes. It is given empty ones, and for as long as it starts
 * `WebAssembly.instantiate` takes the module that was compiled ahead instead.
 */
export function staticWasmEngine(module: WebAssembly.Module): EngineCandidate {
  return {
    provider: "wasm",
    threads: 1,
    async open(graph, engine) {
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = new ArrayBuffer(0);
      const session = await withInstantiate(
        module,
        () => ort.InferenceSession.create(graph, { executionProviders: ["wasm"] }),
      );
      return ortSession(session, ort.Tensor, engine);
    },
  };
}

/** Runs a task while `WebAssembly.instantiate` answers with an instance of `module`. */
async function withInstantiate<T>(
  module: WebAssembly.Module,
  task: () => Promise<T>,
): Promise<T> {
  const original = WebAssembly.instantiate;
  const patched = async (_bytes: BufferSource, imports?: WebAssembly.Imports) => ({
    module,
    instance: await original(module, imports),
  });
  WebAssembly.instantiate = patched as typeof WebAssembly.instantiate;
  try {
    return await task();
  } finally {
    WebAssembly.instantiate = original;
  }
}
