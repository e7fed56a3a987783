import {
  type BoxConstant,
  type GraphHints,
  NO_HINTS,
  type OutputHints,
} from "../../describe/graph_hints.ts";
import type { GraphProto, NodeProto, TensorProto } from "../../planner/onnx_pb.ts";
import { TensorProto_DataType as DataType } from "../../planner/onnx_pb.ts";
import type { GraphData } from "../../ports/session.ts";
import { readOnnx, sidesOf, weightsOf } from "../../planner/read_onnx.ts";

/** Number of the element type float32 in an ONNX file. */
const FLOAT: number = DataType.FLOAT;

/** Number of the element type float64 in an ONNX file. */
const DOUBLE: number = DataType.DOUBLE;

/** Operations that change the shape or the element type of a tensor, but not its values. */
const RESHAPES = new Set([
  ...["Reshape", "Transpose", "Concat", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Cast"],
  ...["Slice", "QuantizeLinear", "DequantizeLinear", "QLinearConcat"],
]);

/**
 * Activation functions, by the name of their ONNX operation. These functions turn raw outputs of a
 * network (logits) into scores.
 */
const ACTIVATIONS: Readonly<Record<string, OutputHints["activation"]>> = {
  Sigmoid: "sigmoid",
  QLinearSigmoid: "sigmoid",
  Softmax: "softmax",
  QLinearSoftmax: "softmax",
};

/** Maximum number of operations that are searched for one output. */
const MAX_VISITED = 2000;

/**
 * Reads properties of a graph from the file of the graph, because an engine session does not report
 * these properties.
 *
 * @returns {@linkcode NO_HINTS} if this function cannot parse the file. An engine may still be able
 *   to run the graph.
 */
export function readHints(bytes: Uint8Array, data: readonly GraphData[] = []): GraphHints {
  try {
    const { graph } = readOnnx(bytes, data);
    return {
      weights: graph.initializer.map(({ name }) => name),
      outputs: Object.fromEntries(graph.output.map(({ name }) => [name, outputHints(graph, name)])),
      boxes: weightsOf(graph).flatMap(boxConstant),
    };
  } catch {
    return NO_HINTS;
  }
}

/**
 * Follows an output backwards through the graph, to find the activation function of the output and
 * the weights of the last layers.
 */
function outputHints({ node, initializer }: GraphProto, output: string): OutputHints {
  const makers = new Map(node.flatMap((each) => each.output.map((name) => [name, each])));
  const constants = new Set(initializer.map(({ name }) => name));
  const visited = new Set<NodeProto>();
  const activations = new Set<OutputHints["activation"]>();
  const weights: string[] = [];
  const pending = [{ name: output, activation: null as OutputHints["activation"] }];
  while (pending.length > 0 && visited.size < MAX_VISITED) {
    const { name, activation } = pending.pop()!;
    const maker = makers.get(name);
    if (maker === undefined || visited.has(maker)) continue;
    visited.add(maker);
    const found = ACTIVATIONS[maker.opType];
    if (RESHAPES.has(maker.opType) || (found !== undefined && activation === null)) {
      const inputs = maker.opType.endsWith("Concat") ? maker.input : maker.input.slice(0, 1);
      pending.push(...inputs.map((each) => ({ name: each, activation: found ?? activation })));
      continue;
    }
    activations.add(activation);
    weights.push(...maker.input.flatMap((each) => weightNames(each, makers, constants)));
  }
  const [activation = null] = activations;
  return { activation: activations.size === 1 ? activation : null, weights };
}

/**
 * Returns the name of the weight tensor that an operation reads as `input`. Also finds a weight
 * that another operation dequantizes or transposes first. Returns an empty array if `input` is not
 * a weight.
 */
function weightNames(
  input: string,
  makers: ReadonlyMap<string, NodeProto>,
  constants: ReadonlySet<string>,
): string[] {
  if (constants.has(input)) return [input];
  const maker = makers.get(input);
  const [first = ""] = maker !== undefined && RESHAPES.has(maker.opType) ? maker.input : [];
  return constants.has(first) ? [first] : [];
}

/**
 * Maximum number of anchors in a constant. Larger tensors are weights of the network.
 *
 * An input of 4096x4096 pixels has 3 million anchors, with 9 anchors in each cell of P3 to P7.
 */
const MAX_ANCHORS = 4_000_000;

/**
 * Returns a constant tensor that may contain anchors: rows of four numbers. Returns an empty array
 * for any other tensor.
 */
function boxConstant(tensor: TensorProto): BoxConstant[] {
  const shape = sidesOf(tensor);
  const count = shape.reduce((product, side) => product * side, 1);
  if (shape.length < 2 || shape.at(-1) !== 4 || count === 0 || count > 4 * MAX_ANCHORS) return [];
  const data = numbersOf(tensor);
  return data?.length === count ? [{ name: tensor.name, data, shape }] : [];
}

/** Returns the numbers of a tensor. Returns null if its element type is neither float nor double. */
function numbersOf({ dataType, rawData, floatData, doubleData }: TensorProto): Float32Array | null {
  // Copies the bytes, because a typed array needs an offset that is a multiple of its element size.
  const { buffer } = rawData.slice();
  const isRaw = rawData.length > 0;
  switch (dataType) {
    case FLOAT:
      if (!isRaw) return Float32Array.from(floatData);
      return rawData.length % 4 === 0 ? new Float32Array(buffer) : null;
    case DOUBLE:
      if (!isRaw) return Float32Array.from(doubleData);
      return rawData.length % 8 === 0 ? Float32Array.from(new Float64Array(buffer)) : null;
    default:
      return null;
  }
}
