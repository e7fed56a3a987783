import { type GraphValue, inferValues } from "./infer_shapes.ts";
import type { OnnxGraph, OnnxNode } from "./read_onnx.ts";

/** How much a graph has to do for one image, and what it holds meanwhile. */
export interface GraphWork {
  /** Bytes of the weights, as they lie in the file. */
  readonly weightBytes: number;
  /** Multiply-accumulates of convolutions and matrix products, by how they are done. */
  readonly macs: Macs;
  /**
   * Numbers that all other operations put out, unless they are done along with a convolution; four
   * bytes are one.
   */
  readonly elements: number;
  /** Most bytes of results that are needed at one time. */
  readonly activationBytes: number;
  /** Operations. */
  readonly nodes: number;
  /** Convolutions whose work cannot be told: what is counted is a lower bound. */
  readonly unknown: number;
}

/** Multiply-accumulates by how they are done, each kind at a rate of its own. */
export interface Macs {
  /** 1x1 and matrix products. */
  readonly pointwise: number;
  /** Of larger windows. */
  readonly spatial: number;
  /** Each channel for itself. */
  readonly depthwise: number;
  /** Pointwise and spatial, where the numbers are bytes. */
  readonly int8: number;
  /** Depthwise, where the numbers are bytes. */
  readonly int8Depthwise: number;
}

/**
 * Adds up the work of a graph.
 *
 * @param sides Sides of the input.
 */
export function graphWork(graph: OnnxGraph, sides: readonly number[]): GraphWork {
  const values = inferValues(graph, new Map([...graph.inputs.keys()].map((name) => [name, sides])));
  const macs = { pointwise: 0, spatial: 0, depthwise: 0, int8: 0, int8Depthwise: 0 };
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  let elements = 0;
  let unknown = 0;
  for (const node of graph.nodes) {
    const weightAt = WEIGHTED[node.op];
    const output = values.get(node.outputs[0]);
    const weight = weightAt === undefined ? undefined : values.get(node.inputs[weightAt])?.sides;
    if (weightAt === undefined) {
      elements += isFree(node, graph, makers)
        ? 0
        : countOf(output) / (isOfBytes(node, 0, makers) ? 4 : 1);
    } else if (!output?.sides || !weight) unknown++;
    else {
      const kind = kindOf(node, weight);
      const ofBytes = kind === "depthwise" ? "int8Depthwise" : "int8";
      const isBytes = isOfBytes(node, weightAt, makers);
      macs[isBytes ? ofBytes : kind] += macsOf(node, output.sides, weight);
    }
  }
  return {
    weightBytes: weightBytes(graph),
    macs,
    elements,
    activationBytes: activationBytes(graph, values),
    nodes: graph.nodes.filter(({ op }) => op !== "Constant").length,
    unknown,
  };
}

/** Where operations that multiply have their weights. */
const WEIGHTED: Readonly<Partial<Record<string, number>>> = {
  ...{ Conv: 1, ConvInteger: 1, ConvTranspose: 1, QLinearConv: 3 },
  ...{ MatMul: 1, MatMulInteger: 1, QLinearMatMul: 3, Gemm: 1 },
};

function kindOf(
  node: OnnxNode,
  weight: readonly number[],
): "pointwise" | "spatial" | "depthwise" {
  if (!node.op.includes("Conv")) return "pointwise";
  const group = node.attributes.get("group") ?? 1;
  if (typeof group === "number" && group > 1 && weight[1] === 1) return "depthwise";
  return weight.slice(2).every((length) => length === 1) ? "pointwise" : "spatial";
}

function macsOf(node: OnnxNode, output: readonly number[], weight: readonly number[]): number {
  // (N, outside, H, W) of (outside, inside / groups, kh, kw); transposed (inside, outside / groups, …)
  if (node.op === "ConvTranspose") return product(output) / output[1] * product(weight);
  if (node.op.includes("Conv")) return product(output) * product(weight.slice(1));
  const inner = node.op === "Gemm" && node.attributes.get("transB") === 1 ? weight[1] : weight[0];
  return product(output) * (weight.length > 2 ? weight[weight.length - 2] : inner);
}

/** Whether an operation has integers for weights, by itself or between quantizers. */
function isOfBytes(
  { op, inputs }: OnnxNode,
  weightAt: number,
  makers: ReadonlyMap<string, OnnxNode>,
): boolean {
  return /^QLinear|Integer$/.test(op) || makers.get(inputs[weightAt])?.op === "DequantizeLinear";
}

/** What the engine does once, or together with the operation before it. */
function isFree(
  node: OnnxNode,
  graph: OnnxGraph,
  makers: ReadonlyMap<string, OnnxNode>,
): boolean {
  if (/^(Quantize|Dequantize)Linear$/.test(node.op) || isConstant(node, graph)) return true;
  const before = makers.get(node.inputs[0])?.op ?? "";
  return /^(Relu|Clip|LeakyRelu|Sigmoid|HardSigmoid|Tanh)$/.test(node.op) && /Conv/.test(before);
}

/** Weights that are read in as they are, and turned once: no work per image. */
function isConstant({ op, inputs }: OnnxNode, { initializers }: OnnxGraph): boolean {
  return op === "Constant" || inputs.length > 0 && inputs.every((name) => initializers.has(name));
}

function weightBytes({ initializers, nodes }: OnnxGraph): number {
  let bytes = 0;
  for (const tensor of initializers.values()) bytes += tensor.bytes;
  for (const { op, attributes } of nodes) {
    const value = op === "Constant" ? attributes.get("value") : undefined;
    if (typeof value === "object" && "bytes" in value) bytes += value.bytes;
  }
  return bytes;
}

/** What can be written where its input lay, once nobody else needs that. */
const IN_PLACE =
  /^(Relu|Clip|LeakyRelu|Sigmoid|HardSigmoid|HardSwish|Add|Mul|Sub|Div|Reshape|Squeeze|Unsqueeze|Flatten|Identity|Cast)$/;

/** Follows the results from their making to their last use. */
function activationBytes(graph: OnnxGraph, values: ReadonlyMap<string, GraphValue>): number {
  const lastUse = new Map<string, number>();
  graph.nodes.forEach(({ inputs }, i) => inputs.forEach((name) => lastUse.set(name, i)));
  for (const name of graph.outputs) lastUse.set(name, Infinity);
  const bytesOf = (name: string) =>
    countOf(values.get(name)) * (values.get(name)?.numberBytes ?? 4);
  const live = new Map([...graph.inputs.keys()].map((name) => [name, bytesOf(name)]));
  let held = [...live.values()].reduce((sum, bytes) => sum + bytes, 0);
  let most = held;
  graph.nodes.forEach((node, i) => {
    if (isConstant(node, graph)) return;
    const free = () => {
      for (const name of node.inputs) {
        if (lastUse.get(name) !== i) continue;
        held -= live.get(name) ?? 0;
        live.delete(name);
      }
    };
    if (IN_PLACE.test(node.op)) free();
    for (const name of node.outputs) {
      live.set(name, bytesOf(name));
      held += bytesOf(name);
    }
    most = Math.max(most, held);
    free();
  });
  return most;
}

function countOf(value: GraphValue | undefined): number {
  return value?.sides === undefined ? 0 : product(value.sides);
}

function product(sides: readonly number[]): number {
  return sides.reduce((all, side) => all * side, 1);
}
