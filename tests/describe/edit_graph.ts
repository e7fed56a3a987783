import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
} from "../../src/planner/onnx_pb.ts";

/** Writes a graph with a change to a temporary file. */
export async function writeGraph(
  whole: Uint8Array,
  change: (graph: GraphProto) => void,
): Promise<URL> {
  const model = fromBinary(ModelProtoSchema, whole);
  change(model.graph!);
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  await Deno.writeFile(path, toBinary(ModelProtoSchema, model));
  return new URL(`file://${path}`);
}

/** Adds a constant of float32 numbers. `form` says in which field its numbers are. */
export function addConstant(
  graph: GraphProto,
  name: string,
  shape: readonly number[],
  numbers: Iterable<number>,
  form: "raw" | "floats" = "raw",
): void {
  const data = Float32Array.from(numbers);
  graph.initializer.push(create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: DataType.FLOAT,
    ...(form === "raw" ? { rawData: new Uint8Array(data.buffer) } : { floatData: [...data] }),
  }));
}

/** Adds a constant of int64 numbers. */
export function addShape(graph: GraphProto, name: string, numbers: readonly number[]): void {
  const data = BigInt64Array.from(numbers.map(BigInt));
  graph.initializer.push(create(TensorProtoSchema, {
    ...{ name, dims: [BigInt(numbers.length)], dataType: DataType.INT64 },
    rawData: new Uint8Array(data.buffer),
  }));
}

/** Returns the type of a float32 tensor of any shape. */
export function floatType(): never {
  return { value: { case: "tensorType", value: { elemType: DataType.FLOAT } } } as never;
}
