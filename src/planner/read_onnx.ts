import { fromBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
} from "./onnx_pb.ts";

/** Content of an ONNX file. The field `graph` is always set. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/** File with weights of a graph (ONNX external data). */
export interface WeightFile {
  /** Name of the file, as written in the graph. */
  readonly file: string;
  /** Content of the file. */
  readonly bytes: Uint8Array;
}

/**
 * Bytes per number. The key is an element type of ONNX (`TensorProto.DataType`). Types that are not
 * listed count as 0 bytes.
 */
const NUMBER_BYTES: Readonly<Partial<Record<number, number>>> = {
  ...{ [DataType.BOOL]: 1, [DataType.UINT8]: 1, [DataType.INT8]: 1 },
  ...{ [DataType.UINT16]: 2, [DataType.INT16]: 2, [DataType.FLOAT16]: 2, [DataType.BFLOAT16]: 2 },
  ...{ [DataType.FLOAT]: 4, [DataType.INT32]: 4, [DataType.UINT32]: 4 },
  ...{ [DataType.DOUBLE]: 8, [DataType.INT64]: 8, [DataType.UINT64]: 8 },
};

/**
 * Reads an ONNX file. The weights in the result share the memory of `bytes` and `data`.
 *
 * @param data Files with weights of the graph. Unset: the ONNX file contains all weights.
 * @throws {TypeError} If the file is not ONNX, or if a file with weights is missing or too short.
 */
export function readOnnx(bytes: Uint8Array, data: readonly WeightFile[] = []): OnnxModel {
  const model = parse(bytes);
  if (!hasGraph(model)) throw new TypeError("Cannot read the graph as it is no ONNX file");
  for (const tensor of weightsOf(model.graph)) loadExternal(tensor, data);
  return model;
}

/**
 * Returns the names of the files that contain weights of a graph (ONNX external data). The names
 * are in the order of the graph.
 *
 * @throws {TypeError} If the file is not ONNX.
 */
export function externalFilesOf(bytes: Uint8Array): string[] {
  const { graph } = parse(bytes);
  if (graph === undefined) throw new TypeError("Cannot read the graph as it is no ONNX file");
  const files = weightsOf(graph).flatMap(({ externalData }) =>
    externalData.filter(({ key }) => key === "location").map(({ value }) => value)
  );
  return [...new Set(files)];
}

/** Operation that does not belong to ONNX. */
export interface ForeignOperator {
  /** Operator set to which the operation belongs, for example `TRT`. */
  readonly domain: string;
  /** Name of the operation. */
  readonly operator: string;
  /** Version of the operator set. */
  readonly version: number;
}

/** Pattern that matches the names of the operator sets of ONNX and onnxruntime. */
const KNOWN_DOMAIN = /^$|^ai\.onnx(\.|$)|^com\.microsoft(\.|$)/;

/**
 * Returns the operations of a graph that are unknown: neither ONNX, onnxruntime nor the file itself
 * defines them.
 *
 * @throws {TypeError} If the file is not ONNX.
 */
export function foreignOperatorsOf(bytes: Uint8Array): ForeignOperator[] {
  const { graph, functions, opsetImport } = parse(bytes);
  if (graph === undefined) throw new TypeError("Cannot read the graph as it is no ONNX file");
  const own = new Set(functions.map(({ domain, name }) => `${domain}:${name}`));
  const version = (domain: string) => opsetImport.find((set) => set.domain === domain)?.version;
  return graph.node.filter(({ domain, opType }) =>
    !KNOWN_DOMAIN.test(domain) && !own.has(`${domain}:${opType}`)
  ).map(({ domain, opType }) => {
    return { domain, operator: opType, version: Number(version(domain) ?? 1) };
  });
}

/**
 * Loads the bytes of a weight from the external file that contains the weight. Does nothing if the
 * ONNX file itself contains the weight.
 */
function loadExternal(tensor: TensorProto, data: readonly WeightFile[]): void {
  if (tensor.externalData.length === 0) return;
  const entry = (wanted: string) => tensor.externalData.find(({ key }) => key === wanted)?.value;
  const file = entry("location") ?? "";
  const bytes = data.find((each) => each.file === file)?.bytes;
  if (bytes === undefined) {
    throw new TypeError(`Cannot read the graph as its weights are in ${file}, which is missing`);
  }
  const offset = Number(entry("offset") ?? 0);
  const end = offset + Number(entry("length") ?? bytes.length - offset);
  if (end > bytes.length) {
    throw new TypeError(
      `Cannot read the graph as ${file} has ${bytes.length} bytes: weight "${tensor.name}" ends ` +
        `at ${end}`,
    );
  }
  tensor.rawData = bytes.subarray(offset, end);
  tensor.externalData = [];
  tensor.dataLocation = DataLocation.DEFAULT;
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
 * Returns the inputs that a caller must pass to a run. Omits weights, which older ONNX files also
 * list as inputs.
 */
export function inputsOf({ input, initializer }: GraphProto): GraphProto["input"] {
  const weights = new Set(initializer.map(({ name }) => name));
  return input.filter(({ name }) => !weights.has(name));
}

/** Returns the length of each dimension of a tensor, outermost first. */
export function sidesOf({ dims }: TensorProto): number[] {
  return dims.map(Number);
}

/** Returns the bytes of one number of a tensor. Returns 0 for a tensor of strings. */
export function numberBytesOf({ dataType }: TensorProto): number {
  return NUMBER_BYTES[dataType] ?? 0;
}
