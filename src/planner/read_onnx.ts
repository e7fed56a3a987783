import { fromBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType as DataType,
} from "./onnx_pb.ts";

/** Content of an ONNX file. The field `graph` is always set. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/** Bytes per number, by `TensorProto.DataType`. Types that are not listed count as 0. */
const NUMBER_BYTES: Readonly<Partial<Record<number, number>>> = {
  ...{ [DataType.BOOL]: 1, [DataType.UINT8]: 1, [DataType.INT8]: 1 },
  ...{ [DataType.UINT16]: 2, [DataType.INT16]: 2, [DataType.FLOAT16]: 2, [DataType.BFLOAT16]: 2 },
  ...{ [DataType.FLOAT]: 4, [DataType.INT32]: 4, [DataType.UINT32]: 4 },
  ...{ [DataType.DOUBLE]: 8, [DataType.INT64]: 8, [DataType.UINT64]: 8 },
};

/**
 * Reads an ONNX file. The weights in the result share the memory of `bytes`.
 *
 * @throws {TypeError} If the file is not ONNX, or if its weights are in other files.
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const model = parse(bytes);
  if (!hasGraph(model)) throw new TypeError("Cannot read the graph as it is no ONNX file");
  if (weightsOf(model.graph).some(({ externalData }) => externalData.length > 0)) {
    throw new TypeError("Cannot plan as the graph's weights lie in other files");
  }
  return model;
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new TypeError("Cannot read the graph as it is no ONNX file", { cause: error });
  }
}

function hasGraph(model: ModelProto): model is OnnxModel {
  return model.graph !== undefined;
}

/** Returns all weights of a graph: its initializers, and the tensors of its `Constant` nodes. */
export function weightsOf({ initializer, node }: GraphProto): TensorProto[] {
  const constants = node.filter(({ opType }) => opType === "Constant").flatMap(constantOf);
  return [...initializer, ...constants];
}

function constantOf({ attribute }: NodeProto): TensorProto[] {
  return attribute.flatMap(({ t }) => t === undefined ? [] : [t]);
}

/**
 * Returns the inputs that a caller must pass to a run. Leaves out weights, which ONNX files before
 * IR version 4 also list as inputs.
 */
export function inputsOf({ input, initializer }: GraphProto): GraphProto["input"] {
  const weights = new Set(initializer.map(({ name }) => name));
  return input.filter(({ name }) => !weights.has(name));
}

/** Returns the sizes of the axes of a tensor, outermost first. */
export function sidesOf({ dims }: TensorProto): number[] {
  return dims.map(Number);
}

/** Returns the bytes of one number of a tensor. Returns 0 for a tensor of strings. */
export function numberBytesOf({ dataType }: TensorProto): number {
  return NUMBER_BYTES[dataType] ?? 0;
}
