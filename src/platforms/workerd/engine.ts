import * as ort from "onnxruntime-web/wasm";
import type { EngineCandidate } from "../../engines/open_engine.ts";
import { ortSession } from "../../engines/ort_session.ts";
import { wasmOptions } from "../../engines/wasm_options.ts";

/**
 * Returns the engine that runs graphs with onnxruntime-web on one CPU thread. This engine works in
 * runtimes that forbid compiling WebAssembly at run time, such as Cloudflare Workers.
 *
 * onnxruntime-web starts from the bytes of its wasm file and has no option for a compiled module.
 * Therefore this engine passes an empty array instead of the bytes of the wasm file, and replaces
 * `WebAssembly.instantiate()` during the start. For an empty array, the replacement instantiates
 * the compiled module. For all other input, the replacement calls the original function.
 *
 * @param module Compiled module of onnxruntime-web's wasm file.
 */
export function staticWasmEngine(module: WebAssembly.Module): EngineCandidate {
  return {
    provider: "wasm",
    threads: 1,
    async open(graph, engine, data) {
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = new ArrayBuffer(0);
      const session = await withInstantiate(
        module,
        () => ort.InferenceSession.create(graph, wasmOptions(graph, data)),
      );
      return ortSession(session, ort.Tensor, engine);
    },
  };
}

/**
 * Original `WebAssembly.instantiate()`, and the number of running tasks that need the replacement.
 * Undefined while no task runs, because the original function is then in place.
 */
let replaced: { readonly original: typeof WebAssembly.instantiate; tasks: number } | undefined;

/**
 * Runs a task. Meanwhile, `WebAssembly.instantiate()` returns an instance of `module` for an empty
 * array of bytes. Other callers are not affected, because an empty array is never valid
 * WebAssembly. Tasks may overlap: the original function is restored when the last task ends.
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
