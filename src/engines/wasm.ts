import ort from "onnxruntime-web";
import { prepareLargeMemory } from "./large_memory.ts";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";

/** True once the package has started on this JavaScript thread. */
let isStarted = false;

/** Preparation of the start, if it is the start of several CPU threads. */
let preparing: Promise<() => void> | undefined;

/**
 * Returns the engine onnxruntime-web on the CPU.
 *
 * The package has one wasm instance per JavaScript thread. The first session sets its number of CPU
 * threads, and a failed start cannot be retried on that thread.
 *
 * @param threads CPU threads.
 * @param compile Compiles the package's wasm file, for memory that is large from the start if there
 *   are several threads. Unset: memory grows, which is safe where V8's trap handler is on, and
 *   outside V8.
 */
export function wasmEngine(
  threads: number,
  compile?: () => Promise<WebAssembly.Module>,
): EngineCandidate {
  return {
    provider: "wasm",
    threads,
    async open(graph, engine) {
      if (threads > 1 && typeof SharedArrayBuffer === "undefined") {
        throw new Error("threads need SharedArrayBuffer, which is not available here");
      }
      const endPreparation = threads > 1 ? await prepare(compile) : undefined;
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] })
        .finally(endPreparation);
      isStarted = true;
      // The package lowers the number if it cannot start that many.
      return ortSession(session, ort.Tensor, { ...engine, threads: ort.env.wasm.numThreads });
    },
  };
}

/** Prepares the start of the package with large memory. Concurrent sessions share one preparation. */
function prepare(
  compile: (() => Promise<WebAssembly.Module>) | undefined,
): Promise<() => void> | undefined {
  if (compile === undefined || isStarted) return undefined;
  return preparing ??= prepareLargeMemory(compile);
}
