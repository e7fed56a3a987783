import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, ValueInfoProtoSchema } from "./onnx_pb.ts";
import { readOnnx, type WeightFile } from "./read_onnx.ts";

/** Operators that read the pixels first. */
const FIRST = ["Conv", "QLinearConv", "ConvInteger", "MaxPool"];

/**
 * Makes the tensor that the first convolution reads an output of the graph.
 *
 * @param file Bytes of an ONNX file.
 * @param data Files with weights of the graph.
 * @returns Bytes of the new graph, with all of its weights, and the name of the tensor. Null if the
 *   graph has no convolution.
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
