import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../../src/planner/onnx_pb.ts";
import { seededRandom } from "../random.ts";

/** Step of quantized numbers: 256 steps cover results from 0 to 5. */
const STEP = 0.02;

/** Properties of a convolution. */
export interface ConvOptions {
  /** Channels of the input. */
  readonly inside: number;
  /** Channels of the output. */
  readonly outside: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Writes ONNX graphs of random weights. */
export class OnnxWriter {
  /** Dequantized results, by the name of the result. */
  readonly #quantized = new Map<string, string>();
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #random = seededRandom(7);
  #count = 0;

  /** @param int8 True to quantize the inputs of every convolution and sum, in QDQ form. */
  constructor(readonly int8 = false) {}

  /** Adds a convolution with bias that keeps the scale of its input. Returns the output's name. */
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

  /** Adds an operation without weights. Returns the name of its output. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const output = this.#name(op);
    const isSum = op === "Add";
    this.#node(op, isSum ? inputs.map((input) => this.#bytes(input)) : inputs, output, attributes);
    return output;
  }

  /** Adds an operation that doubles width and height. Returns the name of its output. */
  upsample(input: string): string {
    const scales = this.constant(Float32Array.of(1, 1, 2, 2));
    return this.node("Resize", [input, "", scales], { mode: "nearest" });
  }

  /** Adds a constant, of one axis unless `dims` says otherwise. Returns its name. */
  constant(values: Numbers, dims: readonly number[] = [values.length]): string {
    return this.#tensor(this.#name("constant"), dims, values);
  }

  /**
   * Returns the file.
   *
   * @param inputs Sides by name; a text is a side that varies.
   * @param outputs Sides of the outputs by name.
   */
  finish(
    inputs: Record<string, readonly (number | string)[]>,
    outputs: Record<string, readonly (number | string)[]>,
  ): Uint8Array<ArrayBuffer> {
    const model = create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: "", version: 17n }],
      graph: {
        name: "random",
        node: this.#nodes,
        initializer: this.#initializers,
        input: Object.entries(inputs).map(valueInfo),
        output: Object.entries(outputs).map(valueInfo),
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  #name(stem: string): string {
    return `${stem}_${++this.#count}`;
  }

  #weights(dims: readonly number[], bound: number): string {
    const name = this.#name("weight");
    const count = dims.reduce((product, side) => product * side, 1);
    if (!this.int8) return this.#tensor(name, dims, this.#fill(new Float32Array(count), bound));
    const values = this.#fill(new Int8Array(count), 127);
    const inputs = [this.#tensor(name, dims, values), this.#scale(bound / 127)];
    const output = this.#name("dequantized");
    this.#node("DequantizeLinear", [...inputs, this.#scalar(Int8Array.of(0))], output, {});
    return output;
  }

  /** Fills an array with numbers from -bound to bound. A loop: `from()` takes seconds for millions. */
  #fill<Values extends Float32Array | Int8Array>(values: Values, bound: number): Values {
    for (let i = 0; i < values.length; i++) values[i] = (2 * this.#random() - 1) * bound;
    return values;
  }

  #integerBias(count: number, bound: number): string {
    const name = this.#tensor(this.#name("bias"), [count], new Int32Array(count));
    const output = this.#name("dequantized");
    const zero = this.#scalar(Int32Array.of(0));
    this.#node("DequantizeLinear", [name, this.#scale(STEP * bound / 127), zero], output, {});
    return output;
  }

  /** Quantizes and dequantizes a result, once. Returns the name as it is without `int8`. */
  #bytes(name: string, output?: string): string {
    if (!this.int8) return name;
    const known = this.#quantized.get(name) ?? output ?? this.#name("dequantized");
    if (this.#quantized.has(name)) return known;
    const step = this.#scale(STEP);
    const zero = this.#scalar(Uint8Array.of(0));
    const bytes = this.#name("quantized");
    this.#node("QuantizeLinear", [name, step, zero], bytes, {});
    this.#node("DequantizeLinear", [bytes, step, zero], known, {});
    this.#quantized.set(name, known).set(known, known);
    return known;
  }

  #scale(value: number): string {
    return this.#scalar(Float32Array.of(value));
  }

  #scalar(value: Numbers): string {
    return this.#tensor(this.#name("scalar"), [], value);
  }

  #tensor(name: string, dims: readonly number[], values: Numbers): string {
    this.#initializers.push(create(TensorProtoSchema, {
      name,
      dataType: dataTypeOf(values),
      dims: dims.map(BigInt),
      rawData: new Uint8Array(values.buffer),
    }));
    return name;
  }

  #node(
    opType: string,
    input: readonly string[],
    output: string,
    attributes: Record<string, Attribute>,
  ): void {
    const attribute = Object.entries(attributes).map(attributeOf);
    this.#nodes.push(
      create(NodeProtoSchema, { opType, input: [...input], output: [output], attribute }),
    );
  }
}

type Numbers =
  | Float32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;
type Attribute = number | string | readonly number[];

function dataTypeOf(values: Numbers): DataType {
  if (values instanceof Float32Array) return DataType.FLOAT;
  if (values instanceof BigInt64Array) return DataType.INT64;
  if (values instanceof Int32Array) return DataType.INT32;
  return values instanceof Int8Array ? DataType.INT8 : DataType.UINT8;
}

function attributeOf([name, value]: [name: string, value: Attribute]): AttributeProto {
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === "string") {
    const s = new TextEncoder().encode(value);
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function valueInfo(
  [name, sides]: [name: string, sides: readonly (number | string)[]],
): ValueInfoProto {
  const dim = sides.map((side) => ({
    value: typeof side === "number"
      ? { case: "dimValue" as const, value: BigInt(side) }
      : { case: "dimParam" as const, value: side },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: { case: "tensorType", value: { elemType: DataType.FLOAT, shape: { dim } } },
    },
  });
}
