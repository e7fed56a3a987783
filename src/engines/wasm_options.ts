import type { InferenceSession } from "onnxruntime-common";
import type { GraphData } from "../ports/session.ts";
import { externalDataOf } from "./ort_session.ts";

/**
 * Maximum bytes of a graph that onnxruntime-web loads with few optimisations.
 *
 * The first run of an optimised graph is slow, and later runs of a small graph do not make up for
 * it. With few optimisations, the first run of `everyday8` (10 MB) takes 0.33 s instead of 0.57, and
 * later runs take 3 % less time. Later runs of a ResNet take 3 % more time.
 */
const SMALL_GRAPH_BYTES = 32e6;

/** Operator of quantised graphs, for which the optimiser chooses int8 kernels. */
const QUANTIZE = new TextEncoder().encode("QuantizeLinear");

/**
 * Returns the options with which onnxruntime-web loads a graph on the CPU.
 *
 * @param data Files with weights of the graph.
 */
export function wasmOptions(
  graph: Uint8Array,
  data: readonly GraphData[],
): InferenceSession.SessionOptions {
  const needsAll = graph.length > SMALL_GRAPH_BYTES || contains(graph, QUANTIZE);
  return {
    executionProviders: ["wasm"],
    graphOptimizationLevel: needsAll ? "all" : "basic",
    externalData: externalDataOf(data),
  };
}

/** Returns true if `bytes` contains `wanted`, which is not empty. */
function contains(bytes: Uint8Array, wanted: Uint8Array): boolean {
  const first = wanted[0]!;
  let at = bytes.indexOf(first);
  while (at >= 0 && !wanted.every((byte, index) => bytes[at + index] === byte)) {
    at = bytes.indexOf(first, at + 1);
  }
  return at >= 0;
}
