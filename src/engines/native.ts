import { createRequire } from "node:module";
import type { InferenceSession } from "onnxruntime-common";
import { isClone } from "../core/command_line.ts";
import type { EngineCandidate } from "./open_engine.ts";
import { externalDataOf, ortSession, type OrtTensorConstructor } from "./ort_session.ts";

/**
 * Exports of onnxruntime-node that this file calls. This file declares their types, because
 * onnxruntime-node is optional: TypeScript cannot read the types of a package that is not
 * installed.
 */
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
 * Returns the engine that runs graphs with onnxruntime-node on the CPU.
 *
 * The package onnxruntime-node has 288 MB, so it is an optional dependency. The package is loaded
 * from `node_modules` only when a graph is opened.
 *
 * @param threads Number of CPU threads per session (a session is a loaded graph).
 */
export function nativeEngine(threads: number): EngineCandidate {
  return {
    provider: "native",
    threads,
    async open(graph, engine, data) {
      const ort = requireOrtNode();
      const session = await ort.InferenceSession.create(graph, {
        executionProviders: ["cpu"],
        externalData: externalDataOf(data),
        intraOpNumThreads: threads,
        // Forbids idle threads to wait in a busy loop, which slows down the decoding of the next
        // image. For a 1080p photo and two threads, the loop took 27 of 87 ms of CPU time.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
      return ortSession(session, ort.Tensor, engine);
    },
  };
}

/** Returns true if onnxruntime-node is in `node_modules`. */
export function isNativeInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
}

function requireOrtNode(): OrtNode {
  if (!isNativeInstalled()) {
    const remedy = isClone() ? "deno task native" : "npm install onnxruntime-node";
    throw new Error(`onnxruntime-node is not installed (${remedy} adds it)`);
  }
  return createRequire(import.meta.url)("onnxruntime-node") as OrtNode;
}
