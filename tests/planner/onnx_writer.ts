import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { seededRandom } from "../random.ts";

/** `TensorProto.DataType`. */
const FLOAT = 1, UINT8 = 2, INT8 = 3, INT32 = 6;
/** `AttributeProto.AttributeType`. */
const INT = 2, STRING = 3, INTS = 7;

/** What a step of a quantized number means; results of zero to five are within. */
const STEP = 0.02;

/** What a convolution is, beside its input. */
export interface ConvOptions {
  readonly inside: number;
  readonly outside: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Writes ONNX graphs of random weights; field numbers are those of onnx.proto3. */
export class OnnxWriter {
  /** What has been quantized, by the name that it had before. */
  readonly #quantized = new Map<string, string>();
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  readonly #random = seededRandom(7);
  #count = 0;

  /** With `int8` every convolution and sum is of bytes, as quantizers write it: QDQ. */
  constructor(readonly int8 = false) {}

  /** A convolution with bias whose outputs are about as large as its inputs; gives their name. */
  conv(input: string, options: ConvOptions, output = this.#name("conv")): string {
    const { inside, outside, kernel = 1, stride = 1, groups = 1 } = options;
    const bound = Math.sqrt(6 / (inside / groups * kernel ** 2));
    const weight = this.#weights([outside, inside / groups, kernel, kernel], bound);
    const bias = this.int8 ? this.#integerBias(outside, bound) : this.#weights([outside], 0.1);
    const isLast = !output.startsWith("conv_");
    const result = this.int8 && isLast ? this.#name("conv") : output;
    this.#node("Conv", [this.#bytes(input), weight, bias], result, {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: Array(4).fill(kernel >> 1),
      group: groups,
    });
    return this.int8 && isLast ? this.#bytes(result, output) : result;
  }

  /** An operation without weights; gives the name of its output. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const output = this.#name(op);
    const isSum = op === "Add";
    this.#node(op, isSum ? inputs.map((input) => this.#bytes(input)) : inputs, output, attributes);
    return output;
  }

  /** Twice as wide and as high. */
  upsample(input: string): string {
    const scales = this.#tensor(this.#name("scales"), FLOAT, [4], Float32Array.of(1, 1, 2, 2));
    return this.node("Resize", [input, "", scales], { mode: "nearest" });
  }

  /**
   * The file.
   *
   * @param inputs Sides by name; a text is a side that varies.
   * @param outputs Names of what it puts out, with their sides.
   */
  finish(
    inputs: Record<string, readonly (number | string)[]>,
    outputs: Record<string, readonly (number | string)[]>,
  ): Uint8Array<ArrayBuffer> {
    const graph = new BinaryWriter();
    for (const node of this.#nodes) graph.tag(1, 2).bytes(node);
    graph.tag(2, 2).string("random");
    for (const initializer of this.#initializers) graph.tag(5, 2).bytes(initializer);
    for (const [name, dims] of Object.entries(inputs)) {
      graph.tag(11, 2).bytes(valueInfo(name, dims));
    }
    for (const [name, dims] of Object.entries(outputs)) {
      graph.tag(12, 2).bytes(valueInfo(name, dims));
    }
    const opset = new BinaryWriter().tag(1, 2).string("").tag(2, 0).int64(17).finish();
    const model = new BinaryWriter().tag(1, 0).int64(8).tag(7, 2).bytes(graph.finish());
    return new Uint8Array(model.tag(8, 2).bytes(opset).finish());
  }

  #name(stem: string): string {
    return `${stem}_${++this.#count}`;
  }

  #weights(dims: readonly number[], bound: number): string {
    const name = this.#name("weight");
    const count = dims.reduce((product, side) => product * side, 1);
    const random = () => 2 * this.#random() - 1;
    if (!this.int8) {
      const values = Float32Array.from({ length: count }, () => random() * bound);
      return this.#tensor(name, FLOAT, dims, values);
    }
    const values = Int8Array.from({ length: count }, () => random() * 127);
    const inputs = [this.#tensor(name, INT8, dims, values), this.#scale(bound / 127)];
    const output = this.#name("dequantized");
    this.#node("DequantizeLinear", [...inputs, this.#scalar(INT8, Int8Array.of(0))], output, {});
    return output;
  }

  #integerBias(count: number, bound: number): string {
    const name = this.#tensor(this.#name("bias"), INT32, [count], new Int32Array(count));
    const output = this.#name("dequantized");
    const zero = this.#scalar(INT32, Int32Array.of(0));
    this.#node("DequantizeLinear", [name, this.#scale(STEP * bound / 127), zero], output, {});
    return output;
  }

  /** A result as bytes and back, once; as it is where numbers are floats. */
  #bytes(name: string, output?: string): string {
    if (!this.int8) return name;
    const known = this.#quantized.get(name) ?? output ?? this.#name("dequantized");
    if (this.#quantized.has(name)) return known;
    const step = this.#scale(STEP);
    const zero = this.#scalar(UINT8, Uint8Array.of(0));
    const bytes = this.#name("quantized");
    this.#node("QuantizeLinear", [name, step, zero], bytes, {});
    this.#node("DequantizeLinear", [bytes, step, zero], known, {});
    this.#quantized.set(name, known).set(known, known);
    return known;
  }

  #scale(value: number): string {
    return this.#scalar(FLOAT, Float32Array.of(value));
  }

  #scalar(type: number, value: Numbers): string {
    return this.#tensor(this.#name("scalar"), type, [], value);
  }

  #tensor(name: string, type: number, dims: readonly number[], values: Numbers): string {
    this.#initializers.push(tensor(name, type, dims, new Uint8Array(values.buffer)));
    return name;
  }

  #node(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, Attribute>,
  ): void {
    const node = new BinaryWriter();
    for (const input of inputs) node.tag(1, 2).string(input);
    node.tag(2, 2).string(output).tag(4, 2).string(op);
    for (const [name, value] of Object.entries(attributes)) {
      node.tag(5, 2).bytes(attribute(name, value));
    }
    this.#nodes.push(node.finish());
  }
}

type Numbers =
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;
type Attribute = number | string | readonly number[];

function attribute(name: string, value: Attribute): Uint8Array {
  const writer = new BinaryWriter().tag(1, 2).string(name);
  if (typeof value === "number") {
    return writer.tag(3, 0).int64(value).tag(20, 0).int32(INT).finish();
  }
  if (typeof value === "string") {
    return writer.tag(4, 2).string(value).tag(20, 0).int32(STRING).finish();
  }
  for (const each of value) writer.tag(8, 0).int64(each);
  return writer.tag(20, 0).int32(INTS).finish();
}

function tensor(name: string, type: number, dims: readonly number[], raw: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  for (const side of dims) writer.tag(1, 0).int64(side);
  return writer.tag(2, 0).int32(type).tag(8, 2).string(name).tag(9, 2).bytes(raw).finish();
}

function valueInfo(name: string, dims: readonly (number | string)[]): Uint8Array {
  const shape = new BinaryWriter();
  for (const side of dims) {
    const dim = new BinaryWriter();
    if (typeof side === "number") dim.tag(1, 0).int64(side);
    else dim.tag(2, 2).string(side);
    shape.tag(1, 2).bytes(dim.finish());
  }
  const type = new BinaryWriter().tag(1, 0).int32(FLOAT).tag(2, 2).bytes(shape.finish()).finish();
  const wrapped = new BinaryWriter().tag(1, 2).bytes(type).finish();
  return new BinaryWriter().tag(1, 2).string(name).tag(2, 2).bytes(wrapped).finish();
}
