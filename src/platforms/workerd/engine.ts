import * as ort from "onnxruntime-web/wasm";
import type { EngineCandidate } from "../../engines/open_engine.ts";
import { ortSession } from "../../engines/ort_session.ts";

/**
 * onnxruntime-web on one CPU thread, for runtimes that compile no wasm while they run.
 *
 * The package insists on instantiating bytes. It is given empty ones, and for as long as it starts
 * `WebAssembly.instantiate` takes the module that was compiled ahead instead of those; whoever else
 * instantiates something meanwhile gets what they asked for.
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

/** The platform's own function, while it is replaced, and how many tasks need that. */
let replaced: { readonly original: typeof WebAssembly.instantiate; tasks: number } | undefined;

/**
 * Runs a task while `WebAssembly.instantiate` answers empty bytes, which are no module of anybody's,
 * with an instance of `module`; the last of several tasks at a time puts the original back.
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
