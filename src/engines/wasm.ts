import ort from "onnxruntime-web";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";

/**
 * Returns the engine onnxruntime-web on the CPU.
 *
 * The package has one wasm instance per JavaScript thread. The first session sets its number of CPU
 * threads, and a failed start cannot be retried on that thread.
 *
 * @param threads CPU threads.
 */
export function wasmEngine(threads: number): EngineCandidate {
  return {
    provider: "wasm",
    threads,
    async open(graph, engine) {
      if (threads > 1 && typeof SharedArrayBuffer === "undefined") {
        throw new Error("threads need SharedArrayBuffer, which is not available here");
      }
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
      // The package lowers the number if it cannot start that many.
      return ortSession(session, ort.Tensor, { ...engine, threads: ort.env.wasm.numThreads });
    },
  };
}
