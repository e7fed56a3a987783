import { createRequire } from "node:module";
import type { InferenceSession } from "onnxruntime-common";
import type { EngineCandidate } from "./open_engine.ts";
import { ortSession, type OrtTensorConstructor } from "./ort_session.ts";

/** As much of onnxruntime-node as is used; its own types come with the package, if at all. */
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
 * onnxruntime-node on the CPU, where it is installed.
 *
 * It is looked up in `node_modules` as the program runs, so that nothing depends on its 288 MB.
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
