import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { inputShape, type InputTensor } from "../image/input_tensor.ts";
import type { Session, TensorInfo } from "../ports/session.ts";
import type { GraphFacts, InputFacts, ScoreKind } from "./graph_facts.ts";
import { outputFacts } from "./output_facts.ts";
import type { ProbedOutput } from "./probed_output.ts";

/**
 * Size of the two test images if the graph accepts any size, in pixels.
 *
 * Width and height differ, so an output shape shows which dimension is the height. Both are
 * multiples of every stride up to 128.
 */
const OPEN_SIZE: Size = { width: 384, height: 256 };

/** Element types that the input of a graph may have. */
const INPUT_TYPES = ["float32", "float16", "uint8"] as const;

/**
 * Finds out what the inputs and outputs of a graph mean, to draft a manifest for the graph.
 *
 * 1. Read the declared names, types and shapes.
 * 2. Run the graph on a grey image and on an image of noise.
 * 3. Find the meaning of each output by its shape, name and numbers.
 *
 * @throws {DomainError} `graph-mismatch`, if no manifest could describe the graph.
 */
export async function probeGraph(session: Session): Promise<GraphFacts> {
  const input = inputFacts(session.inputs);
  const size = input.size ?? OPEN_SIZE;
  const even = await session.run({ [input.name]: evenImage(input, size) });
  const noise = await session.run({ [input.name]: noiseImage(input, size) });
  // A session returns every output that it declares.
  const probed = session.outputs.map(({ name, type }): ProbedOutput => {
    return { name, type, runs: [even[name]!, noise[name]!] };
  });
  const outputs = outputFacts(probed, size);
  return { input, outputs, scores: scoreKind(probed, outputs) };
}

/** Reads the declaration of the graph's only input. */
function inputFacts(inputs: readonly TensorInfo[]): InputFacts {
  const [input, ...others] = inputs;
  const type = INPUT_TYPES.find((known) => known === input?.type);
  const rank = input?.shape.length;
  const isImage = others.length === 0 && (rank === 3 || rank === 4);
  if (input === undefined || type === undefined || !isImage) {
    const found = inputs.map((each) => `"${each.name}" ${each.type} [${each.shape.join(", ")}]`);
    throw new DomainError(
      "graph-mismatch",
      "Cannot describe the graph as it must have one input of float32, float16 or uint8 with 3 or " +
        `4 dimensions: it has ${found.join(", ") || "none"}`,
    );
  }
  const [first, second, third] = input.shape.slice(-3);
  const layout = third === 3 && first !== 3 ? "nhwc" : "nchw";
  const [height, width] = layout === "nchw" ? [second, third] : [first, second];
  const [batch] = input.shape;
  return {
    name: input.name,
    type,
    layout,
    batch: rank === 3 ? null : isFixed(batch) ? batch : 1,
    size: isFixed(height) && isFixed(width) ? { width, height } : null,
  };
}

function isFixed(length: number | string | null | undefined): length is number {
  return typeof length === "number" && length > 0;
}

function evenImage(input: InputFacts, size: Size): InputTensor {
  return imageOf(input, size, () => 0.5);
}

/**
 * Returns an image of random pixels, the same at every call.
 *
 * The pixels come from a linear congruential generator (Numerical Recipes, section 7.1).
 */
function noiseImage(input: InputFacts, size: Size): InputTensor {
  let state = 1;
  return imageOf(input, size, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

/**
 * Creates an input tensor.
 *
 * @param value Returns the next pixel value, 0 to 1. For `uint8`, the value is multiplied by 255.
 */
function imageOf(input: InputFacts, { width, height }: Size, value: () => number): InputTensor {
  const shape = inputShape(input, height, width);
  const length = shape.reduce((product, side) => product * side, 1);
  const data = input.type === "uint8"
    ? Uint8Array.from({ length }, () => value() * 255)
    : Float32Array.from({ length }, value);
  return { type: input.type, data, shape };
}

/**
 * Maximum difference from 1 of the sum of an anchor's probabilities.
 *
 * The sum is seldom exactly 1: quantised graphs round each score to a multiple of 1/256, and the
 * sum over 81 classes adds up 81 rounding errors.
 */
const ROW_SUM_TOLERANCE = 0.3;

/** Judges the numbers of the class head. If each level has its own, the first one is judged. */
function scoreKind(
  probed: readonly ProbedOutput[],
  outputs: GraphFacts["outputs"],
): ScoreKind {
  if (outputs.kind === "finished") return null;
  const name = outputs.kind === "levels" ? outputs.scores[0] : outputs.scores;
  const head = probed.find((output) => output.name === name);
  if (head === undefined) return null;
  const { runs } = head;
  if (!runs.every(({ data }) => data.every((value) => value >= 0 && value <= 1))) return "logits";
  const columns = outputs.kind === "joined" ? outputs.classes : null;
  const sumsToOne = columns !== null && columns > 1 &&
    runs.every(({ data }) =>
      rowSums(data, columns).every((sum) => Math.abs(sum - 1) < ROW_SUM_TOLERANCE)
    );
  return sumsToOne ? "distribution" : "probabilities";
}

function rowSums(data: Float32Array, columns: number): number[] {
  return Array.from({ length: data.length / columns }, (_, row) => {
    return data.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0);
  });
}
