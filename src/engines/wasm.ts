import ort from "onnxruntime-web";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";

/**
 * onnxruntime-web on the CPU.
 *
 * The package keeps one wasm instance per thread that imports it: its thread count is set by the
 * first session, and a start that failed is final there.
 */
export function wasmEngine(threads: number): EngineCandidate {
  return {
    provider: "wasm",
    threads,
    async open(graph, engine) {
      if (threads > 1 && typeof SharedArrayBuffer === "undefined") {
        throw new Error("threads need SharedArrayBuffer, which is not to be had here");
      }
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
      // The package lowers the number by itself where it cannot have them.
      return ortSession(session, ort.Tensor, { ...engine, threads: ort.env.wasm.numThreads });
    },
  };
}
