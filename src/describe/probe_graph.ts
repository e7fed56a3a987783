import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { inputShape, type InputTensor } from "../image/input_tensor.ts";
import type { Session, TensorInfo } from "../ports/session.ts";
import type { GraphFacts, InputFacts, ScoreKind } from "./graph_facts.ts";
import { outputFacts } from "./output_facts.ts";
import type { ProbedOutput } from "./probed_output.ts";

/**
 * Size in pixels of the two test images, for a graph that accepts any size.
 *
 * Width and height differ, so the shape of an output shows which dimension is the height. Both are
 * multiples of 128, the largest usual stride.
 */
const OPEN_SIZE: Size = { width: 384, height: 256 };

/** Element types that the input of a graph may have. */
const INPUT_TYPES = ["float32", "float16", "uint8"] as const;

/**
 * Finds the meaning of the input and the outputs of a graph. `draftManifest()` writes a
 * manifest from it.
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
  // A session always returns all outputs that it declares.
  const probed = session.outputs.map(({ name, type }): ProbedOutput => {
    return { name, type, runs: [even[name]!, noise[name]!] };
  });
  const outputs = outputFacts(probed, size);
  return { input, outputs, scores: scoreKind(probed, outputs) };
}

/** Reads the declaration of the only input of the graph. */
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
 * Creates the input tensor of a test image.
 *
 * @param value Returns the value of the next sample, 0 to 1. For graphs with `uint8` input, the
 *   value is multiplied by 255.
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
 * Maximum difference from 1 that the sum of probabilities over the classes of an anchor may have.
 *
 * The sum is rarely exactly 1. Quantised graphs round each probability to a multiple of 1/256, and
 * for 81 classes, 81 rounding errors add up.
 */
const ROW_SUM_TOLERANCE = 0.3;

/**
 * Finds the meaning of the numbers in the class head. If each level has a class head, looks only at
 * the first one.
 */
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
