import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Weights or constants of a graph. */
export interface OnnxTensor {
  /** Sides, outermost first. */
  readonly dims: readonly number[];
  /** Bytes per number; 0 for texts. */
  readonly numberBytes: number;
  /** Bytes of all of it. */
  readonly bytes: number;
  /** The numbers, where they are few: shapes, scales, axes. */
  readonly values?: readonly number[];
}

/** An attribute of a node, as far as it is read. */
export type OnnxAttribute = number | string | readonly number[] | OnnxTensor;

/** One operation. */
export interface OnnxNode {
  /** Operator, without its domain. */
  readonly op: string;
  /** Names of what goes in; an empty one was left out. */
  readonly inputs: readonly string[];
  /** Names of what comes out. */
  readonly outputs: readonly string[];
  /** Attributes by name. */
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** Sides of an input; null varies. */
export type OnnxSides = readonly (number | null)[];

/** A graph: what it holds and what it does, in the order in which it is done. */
export interface OnnxGraph {
  /** Operations, each after those that it needs. */
  readonly nodes: readonly OnnxNode[];
  /** Weights by name. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Inputs by name. */
  readonly inputs: ReadonlyMap<string, OnnxSides>;
  /** Names of the outputs. */
  readonly outputs: readonly string[];
}

/** Longest tensor whose numbers are kept. */
const FEW = 64;

/** `TensorProto.DataType`: bytes per number. */
const NUMBER_BYTES: Readonly<Record<number, number>> = {
  ...{ 1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2 },
};

/**
 * Reads an ONNX file as far as a plan needs it; field numbers are those of onnx.proto3.
 *
 * @throws {TypeError} If it is none, or if its weights lie in other files.
 */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  let graph: OnnxGraph | undefined;
  try {
    readFields(bytes, { 7: (reader) => graph = readGraph(reader.bytes()) });
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new TypeError("Cannot read the graph as it is no ONNX file", { cause: error });
  }
  if (graph === undefined) throw new TypeError("Cannot read the graph as it is no ONNX file");
  return graph;
}

type Readers = Readonly<Record<number, (reader: BinaryReader, wire: WireType) => void>>;

/** Reads the fields that there is a reader for, and skips the others. */
function readFields(bytes: Uint8Array, readers: Readers): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const read = readers[field] ?? (() => reader.skip(wire, field));
    read(reader, wire);
  }
}

function readGraph(bytes: Uint8Array): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs = new Map<string, OnnxSides>();
  const outputs: string[] = [];
  readFields(bytes, {
    1: (reader) => nodes.push(readNode(reader.bytes())),
    5: (reader) => {
      const { name, tensor } = readTensor(reader.bytes());
      initializers.set(name, tensor);
    },
    11: (reader) => inputs.set(...readValueInfo(reader.bytes())),
    12: (reader) => outputs.push(readValueInfo(reader.bytes())[0]),
  });
  // Older files list the weights among the inputs.
  for (const name of initializers.keys()) inputs.delete(name);
  return { nodes, initializers, inputs, outputs };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let op = "";
  readFields(bytes, {
    1: (reader) => inputs.push(reader.string()),
    2: (reader) => outputs.push(reader.string()),
    4: (reader) => op = reader.string(),
    5: (reader) => attributes.set(...readAttribute(reader.bytes())),
  });
  return { op, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array): [name: string, value: OnnxAttribute] {
  let name = "";
  let value: OnnxAttribute | undefined;
  const list: number[] = [];
  readFields(bytes, {
    1: (reader) => name = reader.string(),
    2: (reader) => value = reader.float(),
    3: (reader) => value = Number(reader.int64()),
    4: (reader) => value = reader.string(),
    5: (reader) => value = readTensor(reader.bytes()).tensor,
    7: (reader, wire) => readNumbers(reader, wire, () => list.push(reader.float())),
    8: (reader, wire) => readNumbers(reader, wire, () => list.push(Number(reader.int64()))),
  });
  return [name, value ?? list];
}

/** A repeated number comes packed, as one run of bytes, or one by one. */
function readNumbers(reader: BinaryReader, wire: WireType, readOne: () => void): void {
  if (wire !== WireType.LengthDelimited) return readOne();
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) readOne();
}

function readTensor(bytes: Uint8Array): { name: string; tensor: OnnxTensor } {
  const dims: number[] = [];
  const numbers: number[] = [];
  let name = "";
  let type = 0;
  let raw: Uint8Array | undefined;
  readFields(bytes, {
    1: (reader, wire) => readNumbers(reader, wire, () => dims.push(Number(reader.int64()))),
    2: (reader) => type = reader.int32(),
    4: (reader, wire) => readNumbers(reader, wire, () => numbers.push(reader.float())),
    5: (reader, wire) => readNumbers(reader, wire, () => numbers.push(reader.int32())),
    7: (reader, wire) => readNumbers(reader, wire, () => numbers.push(Number(reader.int64()))),
    8: (reader) => name = reader.string(),
    9: (reader) => raw = reader.bytes(),
    13: () => {
      throw new TypeError("Cannot plan as the graph's weights lie in other files");
    },
  });
  const count = dims.reduce((product, side) => product * side, 1);
  const numberBytes = NUMBER_BYTES[type] ?? 0;
  const all = raw === undefined ? numbers : rawNumbers(raw, type);
  const values = count > FEW ? undefined : all;
  return { name, tensor: { dims, numberBytes, bytes: count * numberBytes, values } };
}

/** Little-endian numbers of the types that shapes and scales have. */
function rawNumbers(raw: Uint8Array, type: number): number[] | undefined {
  if (raw.length > FEW * 8) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const readAll = (size: number, readOne: (at: number) => number) =>
    Array.from({ length: Math.floor(raw.length / size) }, (_, i) => readOne(i * size));
  if (type === 1) return readAll(4, (at) => view.getFloat32(at, true));
  if (type === 6) return readAll(4, (at) => view.getInt32(at, true));
  if (type === 7) return readAll(8, (at) => Number(view.getBigInt64(at, true)));
  return undefined;
}

function readValueInfo(bytes: Uint8Array): [name: string, sides: OnnxSides] {
  let name = "";
  const sides: (number | null)[] = [];
  const readSide = (dim: Uint8Array) => {
    let side: number | null = null;
    readFields(dim, { 1: (reader) => side = Number(reader.int64()) || null });
    sides.push(side);
  };
  const readShape = (shape: Uint8Array) =>
    readFields(shape, { 1: (reader) => readSide(reader.bytes()) });
  const readTensorType = (type: Uint8Array) =>
    readFields(type, { 2: (reader) => readShape(reader.bytes()) });
  const readType = (type: Uint8Array) =>
    readFields(type, { 1: (reader) => readTensorType(reader.bytes()) });
  readFields(bytes, {
    1: (reader) => name = reader.string(),
    2: (reader) => readType(reader.bytes()),
  });
  return [name, sides];
}
