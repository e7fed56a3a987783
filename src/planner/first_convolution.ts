import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, ValueInfoProtoSchema } from "./onnx_pb.ts";
import { readOnnx, type WeightFile } from "./read_onnx.ts";

/** Types of operations that can be the first convolution or pooling of a graph. */
const FIRST = ["Conv", "QLinearConv", "ConvInteger", "MaxPool"];

/** Types of operations with graphs inside, which may read any weight. */
const BRANCHES = ["If", "Loop", "Scan"];

/**
 * Adds an output to a graph: the input tensor of the first convolution or pooling.
 *
 * @param file Bytes of an ONNX file.
 * @param data Files with weights of the graph.
 * @returns Bytes of the new graph including all weights, and the name of the added output. Null if
 *   the graph has no convolution and no pooling.
 */
export function exposeFirstConvolution(
  file: Uint8Array,
  data: readonly WeightFile[],
): { readonly graph: Uint8Array<ArrayBuffer>; readonly inner: string } | null {
  const model = readOnnx(file, data);
  const inner = model.graph.node.find(({ opType }) => FIRST.includes(opType))?.input[0];
  if (inner === undefined) return null;
  if (!model.graph.output.some(({ name }) => name === inner)) {
    model.graph.output.push(create(ValueInfoProtoSchema, { name: inner }));
  }
  return { graph: toBinary(ModelProtoSchema, model), inner };
}

/**
 * Cuts a graph before its first convolution or pooling. The output of the new graph is the input
 * tensor of that operation: the pixels as the graph itself has prepared them.
 *
 * @param file Bytes of an ONNX file.
 * @param data Files with weights of the graph.
 * @returns Bytes of the new graph, and the name of its output. `none`: the convolution reads an
 *   input of the graph. Null: the graph has no convolution and no pooling.
 */
export function cutBeforeConvolution(
  file: Uint8Array,
  data: readonly WeightFile[],
): { readonly graph: Uint8Array<ArrayBuffer>; readonly inner: string } | "none" | null {
  const model = readOnnx(file, data);
  const { graph } = model;
  const first = graph.node.findIndex(({ opType }) => FIRST.includes(opType));
  const inner = graph.node[first]?.input[0];
  if (inner === undefined) return null;
  if (graph.input.some(({ name }) => name === inner)) return "none";
  // The nodes of an ONNX graph are sorted: no node reads a tensor of a later node.
  graph.node = graph.node.slice(0, first);
  if (!graph.node.some(({ opType }) => BRANCHES.includes(opType))) {
    const used = new Set(graph.node.flatMap(({ input }) => input));
    graph.initializer = graph.initializer.filter(({ name }) => used.has(name));
  }
  graph.valueInfo = [];
  graph.output = [create(ValueInfoProtoSchema, { name: inner })];
  return { graph: toBinary(ModelProtoSchema, model), inner };
}
