import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "./read_onnx.ts";

/** What is known of a value of a graph before it runs. */
export interface GraphValue {
  /** Sides; absent where they cannot be told. */
  readonly sides?: readonly number[];
  /** Bytes per number. */
  readonly numberBytes: number;
  /** The numbers, where they follow from shapes alone. */
  readonly numbers?: readonly number[];
}

type Rule = (node: NodeView) => Partial<GraphValue> | undefined;

/**
 * Tells the sides of every value of a graph for one size of its input, as far as they follow from
 * shapes: what depends on the numbers of an image, such as how many boxes are left, is not known.
 *
 * @param input Sides for each input.
 * @returns By name: inputs, weights, and the first output of each node.
 */
export function inferValues(
  graph: OnnxGraph,
  input: ReadonlyMap<string, readonly number[]>,
): Map<string, GraphValue> {
  const values = new Map<string, GraphValue>();
  for (const [name, sides] of input) values.set(name, { sides, numberBytes: 4 });
  for (const [name, tensor] of graph.initializers) values.set(name, ofTensor(tensor));
  for (const node of graph.nodes) {
    const view = new NodeView(node, values);
    const value = (RULES[node.op] ?? unknown)(view) ?? {};
    const { numberBytes = view.input(0)?.numberBytes ?? 4 } = value;
    values.set(node.outputs[0], { ...value, numberBytes });
    if (node.op === "Split") splitOutputs(view, values);
  }
  return values;
}

function ofTensor({ dims, numberBytes, values }: OnnxTensor): GraphValue {
  return { sides: dims, numberBytes, numbers: values };
}

/** A node together with what is known of its inputs. */
class NodeView {
  constructor(
    readonly node: OnnxNode,
    readonly values: ReadonlyMap<string, GraphValue>,
  ) {}

  input(index: number): GraphValue | undefined {
    return this.values.get(this.node.inputs[index] ?? "");
  }

  sides(index: number): readonly number[] | undefined {
    return this.input(index)?.sides;
  }

  numbers(index: number): readonly number[] | undefined {
    return this.input(index)?.numbers;
  }

  get all(): (GraphValue | undefined)[] {
    return this.node.inputs.map((_, index) => this.input(index));
  }

  attribute(name: string): OnnxAttribute | undefined {
    return this.node.attributes.get(name);
  }

  number(name: string, otherwise: number): number {
    const value = this.attribute(name);
    return typeof value === "number" ? value : otherwise;
  }

  list(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    return Array.isArray(value) ? value as readonly number[] : undefined;
  }

  /** What newer operators take as an input and older ones as an attribute. */
  listOrInput(name: string, index: number): readonly number[] | undefined {
    return this.list(name) ?? this.numbers(index);
  }
}

const unknown: Rule = () => undefined;
const same: Rule = (node) => ({ sides: node.sides(0), numbers: node.numbers(0) });
const sameInBytes = (numberBytes: number): Rule => (node) => ({
  sides: node.sides(0),
  numbers: node.numbers(0),
  numberBytes,
});

/** Rules by operator; what is not here is not known. */
const RULES: Readonly<Record<string, Rule>> = {
  ...forAll(
    "Relu Clip LeakyRelu Sigmoid HardSigmoid HardSwish Tanh Exp Log Sqrt Neg Abs Softmax LogSoftmax " +
      "Identity Dropout BatchNormalization InstanceNormalization Elu Selu PRelu Erf Softplus Mish",
    (node) => ({ sides: node.sides(0) }),
  ),
  ...forAll("Cast Floor Ceil Round", same),
  ...forAll("QuantizeLinear DynamicQuantizeLinear", sameInBytes(1)),
  DequantizeLinear: sameInBytes(4),
  ...forAll("Add Sub Mul Div Min Max Pow Where Equal Greater Less And Or QLinearAdd", elementwise),
  Conv: (node) => convolved(node, 1),
  QLinearConv: (node) => convolved(node, 3),
  ConvInteger: (node) => convolved(node, 1),
  ConvTranspose: transposed,
  ...forAll("MaxPool AveragePool LpPool", (node) => {
    const sides = node.sides(0);
    const kernel = node.list("kernel_shape");
    return sides && kernel && { sides: [...sides.slice(0, 2), ...windows(node, sides, kernel)] };
  }),
  ...forAll("GlobalAveragePool GlobalMaxPool", (node) => {
    const sides = node.sides(0);
    return sides && { sides: sides.map((side, i) => i < 2 ? side : 1) };
  }),
  ...forAll("Resize Upsample", resized),
  Concat: concatenated,
  Transpose: (node) => {
    const sides = node.sides(0);
    const order = node.list("perm") ?? sides?.map((_, i) => sides.length - 1 - i);
    return sides && order && { sides: order.map((axis) => sides[axis]) };
  },
  Reshape: reshaped,
  Flatten: (node) => {
    const sides = node.sides(0);
    const axis = node.number("axis", 1);
    return sides && { sides: [product(sides.slice(0, axis)), product(sides.slice(axis))] };
  },
  Squeeze: (node) => {
    const sides = node.sides(0);
    const axes = axesOf(node, sides?.length ?? 0);
    const left = sides?.filter((side, i) => axes ? !axes.includes(i) : side !== 1);
    return { sides: left, numbers: node.numbers(0) };
  },
  Unsqueeze: (node) => {
    const sides = node.sides(0);
    const axes = axesOf(node, (sides?.length ?? 0) + (node.listOrInput("axes", 1)?.length ?? 0));
    if (!sides || !axes) return { numbers: node.numbers(0) };
    const more = [...sides];
    for (const axis of axes.toSorted((a, b) => a - b)) more.splice(axis, 0, 1);
    return { sides: more, numbers: node.numbers(0) };
  },
  Pad: (node) => {
    const sides = node.sides(0);
    const pads = node.listOrInput("pads", 1);
    return sides && pads &&
      { sides: sides.map((side, i) => side + pads[i] + pads[i + sides.length]) };
  },
  Slice: sliced,
  Split: (node) => ({ sides: splitSides(node)?.[0] }),
  Shape: (node) => {
    const numbers = node.sides(0);
    return numbers && { sides: [numbers.length], numbers, numberBytes: 8 };
  },
  Constant: constant,
  ConstantOfShape: (node) => ({ sides: node.numbers(0) }),
  Expand: (node) => {
    const [sides, wanted] = [node.sides(0), node.numbers(1)];
    return sides && wanted && { sides: broadcast(sides, wanted) };
  },
  Tile: (node) => {
    const [sides, times] = [node.sides(0), node.numbers(1)];
    return sides && times && { sides: sides.map((side, i) => side * times[i]) };
  },
  Gather: gathered,
  ...forAll("ReduceMean ReduceMax ReduceMin ReduceSum", reduced),
  MatMul: (node) => {
    const [a, b] = [node.sides(0), node.sides(1)];
    return a && b && b.length > 1 ? { sides: [...a.slice(0, -1), b[b.length - 1]] } : undefined;
  },
  Gemm: (node) => {
    const [a, b] = [node.sides(0), node.sides(1)];
    if (!a || !b) return undefined;
    return { sides: [a[node.number("transA", 0)], b[1 - node.number("transB", 0)]] };
  },
};

function forAll(operators: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(operators.split(" ").map((operator) => [operator, rule]));
}

/** Where one operand's sides are not known it is taken to fit the other. */
function elementwise(node: NodeView): Partial<GraphValue> {
  const known = node.all.flatMap((value) => value?.sides ? [value.sides] : []);
  const sides = known.length === 0 ? undefined : known.reduce(broadcast);
  const [a, b] = [node.numbers(0), node.numbers(1)];
  return { sides, numbers: a && b && calculate(node.node.op, a, b) };
}

function calculate(op: string, a: readonly number[], b: readonly number[]) {
  const operation = OPERATIONS[op];
  if (operation === undefined) return undefined;
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => operation(a[i % a.length], b[i % b.length]));
}

const OPERATIONS: Readonly<Partial<Record<string, (a: number, b: number) => number>>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  const side = (sides: readonly number[], i: number) => sides[i - length + sides.length] ?? 1;
  return Array.from({ length }, (_, i) => Math.max(side(a, i), side(b, i)));
}

function convolved(node: NodeView, weightAt: number): Partial<GraphValue> | undefined {
  const [sides, weight] = [node.sides(0), node.sides(weightAt)];
  if (!sides || !weight) return undefined;
  return { sides: [sides[0], weight[0], ...windows(node, sides, weight.slice(2))] };
}

/** How many places a window has along each side of the image. */
function windows(node: NodeView, sides: readonly number[], kernel: readonly number[]): number[] {
  const strides = node.list("strides");
  const dilations = node.list("dilations");
  const pads = node.list("pads");
  const automatic = node.attribute("auto_pad");
  const count = kernel.length;
  const ceiled = node.number("ceil_mode", 0) === 1;
  return kernel.map((length, i) => {
    const side = sides[i + 2];
    const stride = strides?.[i] ?? 1;
    if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER") return Math.ceil(side / stride);
    const reach = (length - 1) * (dilations?.[i] ?? 1) + 1;
    const steps = (side + (pads?.[i] ?? 0) + (pads?.[i + count] ?? 0) - reach) / stride;
    return (ceiled ? Math.ceil(steps) : Math.floor(steps)) + 1;
  });
}

function transposed(node: NodeView): Partial<GraphValue> | undefined {
  const [sides, weight] = [node.sides(0), node.sides(1)];
  if (!sides || !weight) return undefined;
  const strides = node.list("strides");
  const pads = node.list("pads");
  const more = node.list("output_padding");
  const kernel = weight.slice(2);
  const larger = kernel.map((length, i) => {
    const padded = (pads?.[i] ?? 0) + (pads?.[i + kernel.length] ?? 0);
    return (sides[i + 2] - 1) * (strides?.[i] ?? 1) + length - padded + (more?.[i] ?? 0);
  });
  return { sides: [sides[0], weight[1] * node.number("group", 1), ...larger] };
}

function resized(node: NodeView): Partial<GraphValue> | undefined {
  const sides = node.sides(0);
  const sizes = node.numbers(3);
  if (sizes !== undefined && sizes.length > 0) return { sides: sizes };
  const scales = [node.list("scales"), node.numbers(2), node.numbers(1)]
    .find((list) => sides !== undefined && list?.length === sides.length);
  return sides && scales && { sides: sides.map((side, i) => Math.floor(side * scales[i])) };
}

function concatenated(node: NodeView): Partial<GraphValue> {
  const { all } = node;
  const numbers = all.every((value) => value?.numbers)
    ? all.flatMap((value) => value!.numbers!)
    : undefined;
  const first = all[0]?.sides;
  if (!first || !all.every((value) => value?.sides)) return { numbers };
  const axis = (node.number("axis", 0) + first.length) % first.length;
  const total = all.reduce((sum, value) => sum + value!.sides![axis], 0);
  return { sides: first.map((side, i) => i === axis ? total : side), numbers };
}

function reshaped(node: NodeView): Partial<GraphValue> | undefined {
  const [sides, wanted] = [node.sides(0), node.listOrInput("shape", 1)];
  if (!sides || !wanted) return undefined;
  const copied = wanted.map((side, i) => side === 0 ? sides[i] : side);
  const rest = product(sides) / product(copied.filter((side) => side !== -1));
  return { sides: copied.map((side) => side === -1 ? rest : side), numbers: node.numbers(0) };
}

function sliced(node: NodeView): Partial<GraphValue> | undefined {
  const sides = node.sides(0);
  const starts = node.listOrInput("starts", 1);
  const ends = node.listOrInput("ends", 2);
  if (!sides || !starts || !ends) return undefined;
  const axes = node.listOrInput("axes", 3) ?? starts.map((_, i) => i);
  const steps = node.numbers(4) ?? starts.map(() => 1);
  const cut = [...sides];
  let { numbers } = node.input(0)!;
  axes.forEach((given, i) => {
    const axis = (given + sides.length) % sides.length;
    const side = sides[axis];
    const within = (at: number) => Math.min(side, Math.max(0, at < 0 ? at + side : at));
    const [start, end] = [within(starts[i]), within(ends[i])];
    cut[axis] = Math.max(0, Math.ceil((end - start) / steps[i]));
    numbers = steps[i] === 1 ? numbers?.slice(start, end) : undefined;
  });
  return { sides: cut, numbers: sides.length === 1 ? numbers : undefined };
}

function splitSides(node: NodeView): number[][] | undefined {
  const sides = node.sides(0);
  if (!sides) return undefined;
  const axis = (node.number("axis", 0) + sides.length) % sides.length;
  const parts = node.node.outputs.length;
  const even = Array<number>(parts).fill(Math.ceil(sides[axis] / parts));
  return (node.listOrInput("split", 1) ?? even).map((length) =>
    sides.map((side, i) => i === axis ? length : side)
  );
}

function splitOutputs(node: NodeView, values: Map<string, GraphValue>): void {
  const parts = splitSides(node);
  const { numberBytes } = node.input(0) ?? { numberBytes: 4 };
  node.node.outputs.forEach((name, i) => values.set(name, { sides: parts?.[i], numberBytes }));
}

function constant(node: NodeView): Partial<GraphValue> | undefined {
  const value = node.attribute("value");
  if (typeof value === "object" && !Array.isArray(value)) return ofTensor(value as OnnxTensor);
  const numbers = [node.attribute("value_int"), node.attribute("value_float")]
    .filter((number) => typeof number === "number");
  if (numbers.length > 0) return { sides: [], numbers, numberBytes: 8 };
  const list = node.list("value_ints") ?? node.list("value_floats");
  return list && { sides: [list.length], numbers: list, numberBytes: 8 };
}

function gathered(node: NodeView): Partial<GraphValue> | undefined {
  const [sides, indices, picked] = [node.sides(0), node.sides(1), node.numbers(1)];
  if (!sides || !indices) return undefined;
  const axis = (node.number("axis", 0) + sides.length) % sides.length;
  const from = node.numbers(0);
  const numbers = sides.length === 1 && from && picked
    ? picked.map((index) => from[(index + from.length) % from.length])
    : undefined;
  return { sides: [...sides.slice(0, axis), ...indices, ...sides.slice(axis + 1)], numbers };
}

function reduced(node: NodeView): Partial<GraphValue> | undefined {
  const sides = node.sides(0);
  if (!sides) return undefined;
  const axes = axesOf(node, sides.length) ?? sides.map((_, i) => i);
  const kept = node.number("keepdims", 1) === 1;
  return {
    sides: sides.flatMap((side, i) => !axes.includes(i) ? [side] : kept ? [1] : []),
  };
}

function axesOf(node: NodeView, rank: number): number[] | undefined {
  return node.listOrInput("axes", 1)?.map((axis) => (axis + rank) % rank);
}

function product(sides: readonly number[]): number {
  return sides.reduce((all, side) => all * side, 1);
}
