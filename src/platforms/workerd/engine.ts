import * as ort from "onnxruntime-web/wasm";
import type { EngineCandidate } from "../../engines/open_engine.ts";
import { ortSession } from "../../engines/ort_session.ts";

/**
 * Returns onnxruntime-web on one CPU thread, for runtimes that forbid compiling wasm at run time.
 *
 * The package only instantiates bytes, so it gets empty ones. While it starts, a replacement of
 * `WebAssembly.instantiate()` instantiates the precompiled module for empty bytes. All other calls
 * of the function are passed on.
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

/** Original function while it is replaced, and the number of tasks that need the replacement. */
let replaced: { readonly original: typeof WebAssembly.instantiate; tasks: number } | undefined;

/**
 * Runs a task while `WebAssembly.instantiate()` returns an instance of `module` for empty bytes,
 * which are never a valid module. The last of several concurrent tasks restores the original.
 */
export async function withInstantiate<T>(
  module: WebAssembly.Module,
  task: () => Promise<T>,
): Promise<T> {
  const replacement = replaced ??= replaceInstantiate(module);
  replacement.tasks++;
  try {
    return await task();
  } finally {
    if (--replacement.tasks === 0) {
      WebAssembly.instantiate = replacement.original;
      replaced = undefined;
    }
  }
}

function replaceInstantiate(module: WebAssembly.Module) {
  const original = WebAssembly.instantiate;
  const instantiate = async (
    source: BufferSource | WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => {
    const isEmpty = !(source instanceof WebAssembly.Module) && source.byteLength === 0;
    if (!isEmpty) return await original(source as BufferSource, imports);
    return { module, instance: await original(module, imports) };
  };
  WebAssembly.instantiate = instantiate as typeof WebAssembly.instantiate;
  return { original, tasks: 0 };
}
