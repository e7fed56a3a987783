import { toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataLocation } from "../../src/planner/onnx_pb.ts";
import { readOnnx } from "../../src/planner/read_onnx.ts";

/** Weights of fewer bytes stay in the graph. */
const SMALL = 256;

/**
 * Moves the weights of a graph into another file, as `torch.onnx.export` does by default.
 *
 * @param file Name of the other file.
 * @returns The graph without its weights, and the content of the other file.
 */
export function moveWeights(
  graph: Uint8Array,
  file: string,
): { graph: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer> } {
  const model = readOnnx(graph);
  const moved: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of model.graph.initializer) {
    const { rawData } = tensor;
    if (rawData.length < SMALL) continue;
    const entries = { location: file, offset: `${offset}`, length: `${rawData.length}` };
    tensor.externalData = Object.entries(entries).map(([key, value]) => {
      return { $typeName: "onnx.StringStringEntryProto", key, value };
    });
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.rawData = new Uint8Array();
    moved.push(rawData);
    offset += rawData.length;
  }
  const data = new Uint8Array(offset);
  offset = 0;
  for (const part of moved) {
    data.set(part, offset);
    offset += part.length;
  }
  return { graph: toBinary(ModelProtoSchema, model), data };
}
