import { create, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  ModelProtoSchema,
  type TensorProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx_pb.ts";
import { inputsOf, numberBytesOf, readOnnx, sidesOf } from "./read_onnx.ts";

/** Shape and element size of a tensor. */
export interface TensorShape {
  /** Sizes of the axes, outermost first. */
  readonly sides: readonly number[];
  /** Bytes per number. */
  readonly numberBytes: number;
}

/** Output of a probe, as an engine describes it after loading. */
export interface ProbedTensor {
  /** Name in the graph. */
  readonly name: string;
  /** Element type, for example `float32`. */
  readonly type: string;
  /** Sizes of the axes; null or a string for one that depends on the numbers of an image. */
  readonly shape: readonly (number | string | null)[];
}

/** Weights of more numbers become inputs of a probe. Smaller ones can be shapes, axes or scales. */
const MAX_KEPT_NUMBERS = 1024;

/**
 * Rewrites an ONNX file so that an engine infers every tensor shape while it loads the file. The
 * graph is never run.
 *
 * 1. The inputs get fixed sizes.
 * 2. Large weights become inputs, since only their shapes matter. Even for a graph of gigabytes the
 *    probe has a few hundred kilobytes.
 * 3. Every value becomes an output.
 *
 * @param file Bytes of an ONNX file.
 * @param sides Sizes of the axes of each input.
 * @throws {TypeError} If the file is not ONNX, or if its weights are in other files.
 */
export function shapeProbe(
  file: Uint8Array,
  sides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const model = readOnnx(file);
  const { graph } = model;
  // A small weight must not be an input as well: the engine would not treat it as a constant.
  const inputs = inputsOf(graph).map(({ name, type }) => {
    return tensorInfo(name, type?.value.value?.elemType, sides);
  });
  const weights = graph.initializer.filter(isLarge).map((tensor) => {
    return tensorInfo(tensor.name, tensor.dataType, sidesOf(tensor));
  });
  graph.initializer = graph.initializer.filter((tensor) => !isLarge(tensor));
  graph.input = [...inputs, ...weights];
  graph.output = valueNames(graph).map((name) => create(ValueInfoProtoSchema, { name }));
  graph.valueInfo = [];
  return toBinary(ModelProtoSchema, model);
}

function tensorInfo(
  name: string,
  elemType: number | undefined,
  sides: readonly number[],
): ValueInfoProto {
  const dim = sides.map((side) => {
    return { value: { case: "dimValue" as const, value: BigInt(side) } };
  });
  const type = elemType === undefined ? { shape: { dim } } : { elemType, shape: { dim } };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: type } },
  });
}

/** Names of all outputs of operations; an optional output that is left out has an empty one. */
function valueNames({ node }: GraphProto): string[] {
  const names = new Set(node.flatMap(({ output }) => output));
  names.delete("");
  return [...names];
}

function isLarge(tensor: TensorProto): boolean {
  return sidesOf(tensor).reduce((product, side) => product * side, 1) > MAX_KEPT_NUMBERS;
}

/**
 * Bytes per number of the types that an engine names. onnxruntime's CPU kernels compute float16 as
 * float32.
 */
const NUMBER_BYTES: Readonly<Partial<Record<string, number>>> = {
  ...{ bool: 1, uint8: 1, int8: 1, uint16: 2, int16: 2 },
  ...{ float16: 4, float32: 4, int32: 4, uint32: 4, float64: 8, int64: 8, uint64: 8 },
};

/**
 * Returns the shapes of a graph's inputs, weights and values by name.
 *
 * A value without a known shape is left out, for example boxes that a threshold selects.
 *
 * @param sides Sizes of the axes of each input, as given to {@linkcode shapeProbe}.
 * @param probed Outputs of the probe.
 */
export function tensorShapes(
  graph: GraphProto,
  sides: readonly number[],
  probed: readonly ProbedTensor[],
): Map<string, TensorShape> {
  const shapes = new Map<string, TensorShape>();
  for (const { name, type, shape } of probed) {
    const numberBytes = NUMBER_BYTES[type];
    if (numberBytes !== undefined && isFixed(shape)) {
      shapes.set(name, { sides: shape, numberBytes });
    }
  }
  // The engine gets float32 whatever the element type of the file.
  for (const { name } of inputsOf(graph)) shapes.set(name, { sides, numberBytes: 4 });
  for (const tensor of graph.initializer) {
    shapes.set(tensor.name, { sides: sidesOf(tensor), numberBytes: numberBytesOf(tensor) });
  }
  return shapes;
}

function isFixed(shape: ProbedTensor["shape"]): shape is readonly number[] {
  return shape.every((side) => typeof side === "number");
}
