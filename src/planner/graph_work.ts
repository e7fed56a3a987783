import type { GraphProto, NodeProto } from "./onnx_pb.ts";
import { inputsOf, numberBytesOf, sidesOf, weightsOf } from "./read_onnx.ts";
import type { TensorShape } from "./tensor_shapes.ts";

/** Number of operations, and bytes of memory, that a graph needs for one image. */
export interface GraphWork {
  /** Bytes of all weights of the graph. */
  readonly weightBytes: number;
  /**
   * Number of multiply-accumulate operations in convolutions and matrix products, for each kind of
   * operation.
   */
  readonly macs: Macs;
  /**
   * Count of the numbers in the outputs of all operations that are neither convolutions nor matrix
   * products. The time of these operations depends on this count. Operations that the engine fuses
   * with a convolution do not count. An int8 number counts as a quarter, because four int8 numbers
   * have the size of a float.
   */
  readonly elements: number;
  /** Maximum bytes of intermediate results that are in memory at the same time. */
  readonly activationBytes: number;
  /** Number of operations in the graph. */
  readonly nodes: number;
  /**
   * Number of convolutions and matrix products with unknown shapes. `macs` does not include these
   * operations.
   */
  readonly unknown: number;
}

/** Number of multiply-accumulate operations of each kind. The kinds run at different speeds. */
export interface Macs {
  /** 1x1 convolutions and matrix products, on floats. */
  readonly pointwise: number;
  /** Convolutions with a kernel larger than 1x1, on floats. */
  readonly spatial: number;
  /** Depthwise convolutions, which have one filter per channel, on floats. */
  readonly depthwise: number;
  /** Convolutions and matrix products on int8 numbers, except depthwise convolutions. */
  readonly int8: number;
  /** Depthwise convolutions on int8 numbers. */
  readonly int8Depthwise: number;
}

/**
 * Shapes of a graph's inputs, weights and results. The key is the name of a tensor. Tensors of
 * unknown shape are omitted.
 */
export type Shapes = ReadonlyMap<string, TensorShape>;

/** Operations of a graph. The key is the name of an operation's first output. */
type Makers = ReadonlyMap<string, NodeProto>;

/**
 * Counts the operations and the bytes of memory that a graph needs for one image.
 *
 * @param shapes Shapes of the tensors of the graph.
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
    // Multiplications are counted per input element for a transposed convolution, and per output
    // element for all other operations.
    const isTransposed = node.opType === "ConvTranspose";
    const counted = sidesAt(isTransposed ? node.input : node.output, 0, shapes);
    const weight = sidesAt(node.input, weightAt, shapes);
    if (!counted?.length || !weight?.length) unknown++;
    else macs[kindOf(node, weightAt, weight, makers)] += macsOf(node, counted, weight);
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

/**
 * Index of the input that contains the weights, for each type of convolution and matrix product.
 */
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

/**
 * Returns the number of multiplications of an operation: the number of elements of a tensor of the
 * shape `counted`, times the number of multiplications per element.
 */
function macsOf(node: NodeProto, counted: readonly number[], weight: readonly number[]): number {
  // Weights of Conv: [out channels, in channels / groups, kernel height, kernel width]. Weights of
  // ConvTranspose: [in channels, out channels / groups, kernel height, kernel width].
  if (node.opType.includes("Conv")) return product(counted) * product(weight.slice(1));
  const isTransposed = node.opType === "Gemm" && integerOf(node, "transB") === 1;
  const inner = weight.length === 1 || isTransposed ? weight.at(-1)! : weight.at(-2)!;
  return product(counted) * inner;
}

function integerOf({ attribute }: NodeProto, wanted: string): number | undefined {
  const found = attribute.find(({ name }) => name === wanted);
  return found && Number(found.i);
}

/**
 * Returns true if an operation computes with int8 numbers.
 *
 * Some types of operations take integer weights. Other operations get their weights from a
 * `DequantizeLinear` operation. The engine fuses the two operations into one, which also computes
 * with int8 numbers.
 */
function isInt8({ opType, input }: NodeProto, weightAt: number, makers: Makers): boolean {
  return /^QLinear|Integer$/.test(opType) ||
    makers.get(input[weightAt] ?? "")?.opType === "DequantizeLinear";
}

/**
 * Returns true if an operation takes no time of its own in a run. The engine computes constants
 * when it loads the graph. The engine also fuses quantization and activation functions with a
 * neighbouring operation.
 */
function isFree(node: NodeProto, weights: ReadonlySet<string>, makers: Makers): boolean {
  if (/^(Quantize|Dequantize)Linear$/.test(node.opType) || isConstant(node, weights)) return true;
  const before = makers.get(node.input[0] ?? "")?.opType ?? "";
  return /^(Relu|Clip|LeakyRelu|Sigmoid|HardSigmoid|Tanh)$/.test(node.opType) &&
    /Conv/.test(before);
}

/**
 * Returns true if all inputs of an operation are weights. The engine computes results of constant
 * operations only once, when it loads the graph.
 */
function isConstant({ opType, input }: NodeProto, weights: ReadonlySet<string>): boolean {
  return opType === "Constant" || input.length > 0 && input.every((name) => weights.has(name));
}

function weightBytes(graph: GraphProto): number {
  return weightsOf(graph).reduce((sum, tensor) => {
    return sum + product(sidesOf(tensor)) * numberBytesOf(tensor);
  }, 0);
}

/** Types of operations that can write their output into the memory of their input. */
const IN_PLACE =
  /^(Relu|Clip|LeakyRelu|Sigmoid|HardSigmoid|HardSwish|Add|Mul|Sub|Div|Reshape|Squeeze|Unsqueeze|Flatten|Identity|Cast)$/;

/**
 * Returns the maximum bytes of intermediate results that are in memory at the same time. A result
 * needs memory from the operation that creates it until the last operation that reads it.
 */
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

/**
 * Returns the index of the last operation that reads each tensor. The key is the name of the
 * tensor. The index is Infinity for outputs of the graph.
 */
function lastUses({ node, output }: GraphProto): Map<string, number> {
  const uses = new Map<string, number>();
  for (const [i, { input }] of node.entries()) for (const name of input) uses.set(name, i);
  for (const { name } of output) uses.set(name, Infinity);
  return uses;
}

function product(sides: readonly number[]): number {
  return sides.reduce((all, side) => all * side, 1);
}
