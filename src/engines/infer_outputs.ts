import ort from "onnxruntime-web";
import type { TensorInfo } from "../ports/session.ts";

/** Size that onnxruntime-web reports for an axis that may vary and has no name: -1, unsigned. */
const UNNAMED = 2 ** 32 - 1;

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
  const outputs = session.outputMetadata.map((output): TensorInfo => {
    const { name } = output;
    if (!output.isTensor) return { name, type: "not a tensor", shape: [null] };
    const shape = output.shape.map((side) => side === UNNAMED ? null : side);
    return { name, type: output.type, shape };
  });
  await session.release();
  return outputs;
}
