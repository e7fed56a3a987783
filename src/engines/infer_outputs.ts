import ort from "onnxruntime-web";
import type { TensorInfo } from "../ports/session.ts";
import { infoOf } from "./ort_session.ts";

/** Log level of onnxruntime for errors. */
const ERRORS = 3;

/**
 * Returns the outputs of a graph with the shapes that onnxruntime-web infers as it loads the graph.
 * The graph is not run.
 *
 * @throws {Error} If the engine cannot load the graph, for example because it lacks an operator.
 */
export async function inferOutputs(graph: Uint8Array): Promise<TensorInfo[]> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(graph, {
    executionProviders: ["wasm"],
    logSeverityLevel: ERRORS,
  });
  const outputs = session.outputMetadata.map((output) =>
    output.isTensor ? infoOf(output) : { ...infoOf(output), shape: [null] }
  );
  await session.release();
  return outputs;
}
