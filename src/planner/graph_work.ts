import type { GraphProto, NodeProto } from "./onnx_pb.ts";
import { inputsOf, numberBytesOf, sidesOf, weightsOf } from "./read_onnx.ts";
import type { TensorShape } from "./tensor_shapes.ts";

/** Work of a graph for one image, and the memory that it needs. */
export interface GraphWork {
  /** Bytes of the weights in the file. */
  readonly weightBytes: number;
  /** Multiply-accumulates of convolutions and matrix products, by kind. */
  readonly macs: Macs;
  /**
   * Numbers in the outputs of all other operations, except those that the engine fuses with a
   * convolution. Four bytes of an int8 operation count as one number.
   */
  readonly elements: number;
  /** Peak bytes of intermediate results. */
  readonly activationBytes: number;
  /** Number of operations. */
  readonly nodes: number;
  /** Number of convolutions and matrix products of unknown shape, whose work is not counted. */
  readonly unknown: number;
}

/** Multiply-accumulates by kind. Each kind has a speed of its own. */
export interface Macs {
  /** 1x1 convolutions and matrix products. */
  readonly pointwise: number;
  /** Convolutions with a larger kernel. */
  readonly spatial: number;
  /** Depthwise convolutions: one filter per channel. */
  readonly depthwise: number;
  /** Pointwise and spatial, on int8. */
  readonly int8: number;
  /** Depthwise, on int8. */
  readonly int8Depthwise: number;
}

/** Shapes of a graph's inputs, weights and values by name; unknown ones are left out. */
export type Shapes = ReadonlyMap<string, TensorShape>;

/** Operations by the name of their first output. */
type Makers = ReadonlyMap<string, NodeProto>;

/**
 * Adds up the work of a graph.
 *
 * @param shapes Shapes of inputs, weights and values by name; unknown ones are left out.
 */
export function graphWork(graph: GraphProto, shapes: Shapes): GraphWork {
  const macs = { pointwise: 0, spatial: 0, depthwise: 0, int8: 0, int8Depthwise: 0 };
  const makers: Makers = new Map(graph.node.map((node) => [node.output[0] ?? "", node]));
  const weights = new Set(graph.initializer.map(({ name }) => name));
  let elements = 0;
  let unknown = 0;
  for (const node of graph.node) {
    const weightAt = WEIGHT_INPUTS[node.opType];
    if (weightAt === undefined) {
      if (!isFree(node, weights, makers)) elements += elementsOf(node, shapes, makers);
      continue;
    }
    const output = sidesAt(node.output, 0, shapes);
    const weight = sidesAt(node.input, weightAt, shapes);
    if (!output?.length || !weight?.length) unknown++;
    else macs[kindOf(node, weightAt, weight, makers)] += macsOf(node, output, weight);
  }
  return {
    weightBytes: weightBytes(graph),
    macs,
    elements,
    activationBytes: activationBytes(graph, weights, shapes),
    nodes: graph.node.filter(({ opType }) => opType !== "Constant").length,
    unknown,
  };
}

/** Index of the weights among the inputs of operations that multiply. */
const WEIGHT_INPUTS: Readonly<Partial<Record<string, number>>> = {
  ...{ Conv: 1, ConvInteger: 1, ConvTranspose: 1, QLinearConv: 3 },
  ...{ MatMul: 1, MatMulInteger: 1, QLinearMatMul: 3, Gemm: 1 },
};

function sidesAt(names: readonly string[], index: number, shapes: Shapes) {
  return shapes.get(names[index] ?? "")?.sides;
}

function elementsOf(node: NodeProto, shapes: Shapes, makers: Makers): number {
  const sides = sidesAt(node.output, 0, shapes);
  if (sides === undefined) return 0;
  return product(sides) / (isInt8(node, 0, makers) ? 4 : 1);
}

function kindOf(
  node: NodeProto,
  weightAt: number,
  weight: readonly number[],
  makers: Makers,
): keyof Macs {
  const kind = floatKindOf(node, weight);
  if (!isInt8(node, weightAt, makers)) return kind;
  return kind === "depthwise" ? "int8Depthwise" : "int8";
}

function floatKindOf(
  node: NodeProto,
  weight: readonly number[],
): "pointwise" | "spatial" | "depthwise" {
  if (!node.opType.includes("Conv")) return "pointwise";
  if ((integerOf(node, "group") ?? 1) > 1 && weight[1] === 1) return "depthwise";
  return weight.slice(2).every((length) => length === 1) ? "pointwise" : "spatial";
}

function macsOf(node: NodeProto, output: readonly number[], weight: readonly number[]): number {
  // [N, out, H, W] by [out, in / groups, kh, kw]; transposed [in, out / groups, kh, kw].
  if (node.opType === "ConvTranspose") return product(output) / output[1]! * product(weight);
  if (node.opType.includes("Conv")) return product(output) * product(weight.slice(1));
  const isTransposed = node.opType === "Gemm" && integerOf(node, "transB") === 1;
  const inner = weight.length === 1 || isTransposed ? weight.at(-1)! : weight.at(-2)!;
  return product(output) * inner;
}

function integerOf({ attribute }: NodeProto, wanted: string): number | undefined {
  const found = attribute.find(({ name }) => name === wanted);
  return found && Number(found.i);
}

/** True if the weights are integers, of the operation itself or between quantizers. */
function isInt8({ opType, input }: NodeProto, weightAt: number, makers: Makers): boolean {
  return /^QLinear|Integer$/.test(opType) ||
    makers.get(input[weightAt] ?? "")?.opType === "DequantizeLinear";
}

/** True if the engine does the operation once per session, or fuses it with the one before. */
function isFree(node: NodeProto, weights: ReadonlySet<string>, makers: Makers): boolean {
  if (/^(Quantize|Dequantize)Linear$/.test(node.opType) || isConstant(node, weights)) return true;
  const before = makers.get(node.input[0] ?? "")?.opType ?? "";
  return /^(Relu|Clip|LeakyRelu|Sigmoid|HardSigmoid|Tanh)$/.test(node.opType) &&
    /Conv/.test(before);
}

/** True if an operation has only weights for inputs: the engine folds it as it loads the graph. */
function isConstant({ opType, input }: NodeProto, weights: ReadonlySet<string>): boolean {
  return opType === "Constant" || input.length > 0 && input.every((name) => weights.has(name));
}

function weightBytes(graph: GraphProto): number {
  return weightsOf(graph).reduce((sum, tensor) => {
    return sum + product(sidesOf(tensor)) * numberBytesOf(tensor);
  }, 0);
}

/** Operations that write over their input after its last use. */
const IN_PLACE =
  /^(Relu|Clip|LeakyRelu|Sigmoid|HardSigmoid|HardSwish|Add|Mul|Sub|Div|Reshape|Squeeze|Unsqueeze|Flatten|Identity|Cast)$/;

/** Follows the results from the operation that makes them to their last use. */
function activationBytes(
  graph: GraphProto,
  weights: ReadonlySet<string>,
  shapes: Shapes,
): number {
  const lastUse = lastUses(graph);
  const live = new Map<string, number>();
  let held = 0;
  const hold = (name: string) => {
    const { sides, numberBytes = 4 } = shapes.get(name) ?? {};
    const bytes = sides === undefined ? 0 : product(sides) * numberBytes;
    live.set(name, bytes);
    held += bytes;
  };
  const release = (names: readonly string[], now: number) => {
    for (const name of names) {
      if (lastUse.get(name) !== now) continue;
      held -= live.get(name) ?? 0;
      live.delete(name);
    }
  };
  for (const { name } of inputsOf(graph)) hold(name);
  let peak = held;
  for (const [i, node] of graph.node.entries()) {
    if (isConstant(node, weights)) continue;
    if (IN_PLACE.test(node.opType)) release(node.input, i);
    for (const name of node.output) hold(name);
    peak = Math.max(peak, held);
    release(node.input, i);
  }
  return peak;
}

/** Returns the index of the last operation that needs each value; Infinity for outputs. */
function lastUses({ node, output }: GraphProto): Map<string, number> {
  const uses = new Map<string, number>();
  for (const [i, { input }] of node.entries()) for (const name of input) uses.set(name, i);
  for (const { name } of output) uses.set(name, Infinity);
  return uses;
}

function product(sides: readonly number[]): number {
  return sides.reduce((all, side) => all * side, 1);
}
