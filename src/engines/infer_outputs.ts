import ort from "onnxruntime-web";
import type { TensorInfo } from "../ports/session.ts";
import { infoOf } from "./ort_session.ts";

/** Log level at which onnxruntime logs errors only, without warnings. */
const ERRORS = 3;

/**
 * Returns the outputs of a graph and their shapes. onnxruntime-web infers the shapes while it loads
 * the graph, so this function does not run the graph.
 *
 * @throws {Error} If onnxruntime-web cannot load the graph, for example because an operator is not
 *   supported.
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
