import { create, toBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  ModelProtoSchema,
  type TensorProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx_pb.ts";
import { inputsOf, numberBytesOf, readOnnx, sidesOf, type WeightFile } from "./read_onnx.ts";

/** Shape and element size of a tensor. */
export interface TensorShape {
  /** Length of each dimension, outermost first. */
  readonly sides: readonly number[];
  /** Bytes per number in memory. */
  readonly numberBytes: number;
}

/** Output of the graph that `shapeProbe()` creates, as described by an engine. */
export interface ProbedTensor {
  /** Name of the tensor in the graph. */
  readonly name: string;
  /** Element type, for example `float32`. */
  readonly type: string;
  /**
   * Length of each dimension. Null or a string: the length depends on the content of the image, for
   * example in a list of boxes.
   */
  readonly shape: readonly (number | string | null)[];
}

/**
 * Maximum count of numbers in a weight that `shapeProbe()` keeps. Small weights can be shapes, axes
 * or scales, whose values the engine needs to infer the shapes of tensors.
 */
const MAX_KEPT_NUMBERS = 1024;

/**
 * Creates a probe: a small ONNX file that shows the shape of every tensor in a graph. An engine
 * infers the shapes while it loads the probe, and does not have to run the probe.
 *
 * The probe differs from the original file in three ways:
 *
 * 1. The inputs have fixed sizes.
 * 2. Large weights become inputs without values, because only their shapes matter. As a result, a
 *    graph of gigabytes becomes a probe of a few hundred kilobytes.
 * 3. Every intermediate result is an output, because an engine reports only the shapes of outputs.
 *
 * @param file Bytes of the original ONNX file.
 * @param sides Length of each dimension of the image input.
 * @param data Files with weights of the graph. Unset: the ONNX file contains all weights.
 * @returns Bytes of the probe.
 * @throws {TypeError} If the file is not ONNX, or if a file with weights is missing.
 */
export function shapeProbe(
  file: Uint8Array,
  sides: readonly number[],
  data: readonly WeightFile[] = [],
): Uint8Array<ArrayBuffer> {
  const model = readOnnx(file, data);
  const { graph } = model;
  // The inputs must not contain weights. An engine treats a weight that is also an input as a
  // variable, and cannot infer shapes from its value.
  const inputs = inputsOf(graph).map((input) => {
    const { name, type } = input;
    return isImage(input, sides) ? tensorInfo(name, type?.value.value?.elemType, sides) : input;
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

/**
 * Returns true if an input can be the image: the input has as many dimensions as the image, or no
 * declared shape. Other inputs, such as the size of the image, have fewer dimensions.
 */
function isImage({ type }: ValueInfoProto, sides: readonly number[]): boolean {
  const shape = type?.value.value?.shape;
  return shape === undefined || shape.dim.length === sides.length;
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

/**
 * Returns the names of the outputs of all operations. Omits empty names, which ONNX uses for unused
 * optional outputs.
 */
function valueNames({ node }: GraphProto): string[] {
  const names = new Set(node.flatMap(({ output }) => output));
  names.delete("");
  return [...names];
}

function isLarge(tensor: TensorProto): boolean {
  return sidesOf(tensor).reduce((product, side) => product * side, 1) > MAX_KEPT_NUMBERS;
}

/**
 * Bytes per number in the memory of the engine. The key is the element type. A float16 number takes
 * 4 bytes, because onnxruntime computes float16 graphs as float32 on the CPU.
 */
const NUMBER_BYTES: Readonly<Partial<Record<string, number>>> = {
  ...{ bool: 1, uint8: 1, int8: 1, uint16: 2, int16: 2 },
  ...{ float16: 4, float32: 4, int32: 4, uint32: 4, float64: 8, int64: 8, uint64: 8 },
};

/**
 * Returns the shapes of a graph's inputs, weights and intermediate results. The key is the name of
 * a tensor.
 *
 * Omits tensors of unknown shape, for example a list of boxes whose length depends on the content
 * of the image.
 *
 * @param graph Graph of the original file.
 * @param sides Length of each dimension of the image input, as passed to `shapeProbe()`.
 * @param probed Outputs of the graph that `shapeProbe()` created, as described by the engine.
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
  // Assumes 4 bytes (float32) per number of the image input, whatever its element type is.
  for (const input of inputsOf(graph)) {
    if (isImage(input, sides)) shapes.set(input.name, { sides, numberBytes: 4 });
  }
  for (const tensor of graph.initializer) {
    shapes.set(tensor.name, { sides: sidesOf(tensor), numberBytes: numberBytesOf(tensor) });
  }
  return shapes;
}

function isFixed(shape: ProbedTensor["shape"]): shape is readonly number[] {
  return shape.every((side) => typeof side === "number");
}
