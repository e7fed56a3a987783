import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, ValueInfoProtoSchema } from "./onnx_pb.ts";
import { readOnnx, type WeightFile } from "./read_onnx.ts";

/** Types of operations that can be the first convolution or pooling of a graph. */
const FIRST = ["Conv", "QLinearConv", "ConvInteger", "MaxPool"];

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
