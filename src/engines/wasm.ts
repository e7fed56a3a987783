import { prepareLargeMemory } from "./large_memory.ts";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession } from "./ort_session.ts";
import type { OrtWeb } from "./ort_web.ts";
import { wasmOptions } from "./wasm_options.ts";

/** True if onnxruntime-web has started on this JavaScript thread. */
let isStarted = false;

/**
 * Result of {@linkcode prepareLargeMemory}, shared by all sessions. Unset until the first session
 * with several CPU threads is opened.
 */
let preparing: Promise<() => void> | undefined;

/**
 * Returns the engine that runs graphs with onnxruntime-web on the CPU.
 *
 * onnxruntime-web has one WebAssembly instance per JavaScript thread, shared by all sessions
 * (loaded graphs). The first session sets the number of CPU threads. A failed start cannot be
 * retried on the same JavaScript thread.
 *
 * @param threads Number of CPU threads.
 * @param compile Compiles the wasm file of onnxruntime-web. Needed in Deno, where several CPU
 *   threads can hang while their memory grows (see large_memory.ts). With `compile`, the memory
 *   gets its final size before the CPU threads start. Unset: the memory grows as needed.
 */
export function wasmEngine(
  threads: number,
  compile?: () => Promise<WebAssembly.Module>,
): EngineCandidate {
  return {
    provider: "wasm",
    threads,
    async open(graph, engine, data) {
      if (threads > 1 && typeof SharedArrayBuffer === "undefined") {
        throw new Error("threads need SharedArrayBuffer, which is not available here");
      }
      const { default: ort } = await import("onnxruntime-web");
      const endPreparation = threads > 1 ? await prepare(ort, compile) : undefined;
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(graph, wasmOptions(graph, data)).finally(
        endPreparation,
      );
      isStarted = true;
      // onnxruntime-web lowers `numThreads` if the runtime cannot start so many CPU threads.
      return ortSession(session, ort.Tensor, { ...engine, threads: ort.env.wasm.numThreads });
    },
  };
}

/**
 * Calls {@linkcode prepareLargeMemory} before the start of onnxruntime-web. Sessions that open at
 * the same time share one call.
 *
 * @returns Function to call after the start. Undefined if there is no `compile`, or if
 *   onnxruntime-web has already started.
 */
function prepare(
  ort: OrtWeb,
  compile: (() => Promise<WebAssembly.Module>) | undefined,
): Promise<() => void> | undefined {
  if (compile === undefined || isStarted) return undefined;
  return preparing ??= prepareLargeMemory(ort, compile);
}
