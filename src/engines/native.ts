import { createRequire } from "node:module";
import type { InferenceSession } from "onnxruntime-common";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession, type OrtTensorConstructor } from "./ort_session.ts";

/** Part of onnxruntime-node that is used; the package and its types may not be installed. */
interface OrtNode {
  readonly InferenceSession: {
    create(
      graph: Uint8Array,
      options: InferenceSession.SessionOptions,
    ): Promise<InferenceSession>;
  };
  readonly Tensor: OrtTensorConstructor;
}

/**
 * Returns the engine onnxruntime-node on the CPU.
 *
 * The package is looked up in `node_modules` at run time, so that its 288 MB stay optional.
 *
 * @param threads CPU threads.
 */
export function nativeEngine(threads: number): EngineCandidate {
  return {
    provider: "native",
    threads,
    async open(graph, engine) {
      const ort = requireOrtNode();
      const session = await ort.InferenceSession.create(graph, {
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
      });
      return ortSession(session, ort.Tensor, engine);
    },
  };
}

function requireOrtNode(): OrtNode {
  const require = createRequire(import.meta.url);
  try {
    require.resolve("onnxruntime-node");
  } catch {
    throw new Error("onnxruntime-node is not installed (deno task native or npm adds it)");
  }
  return require("onnxruntime-node") as OrtNode;
}
