import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { inputShape, type InputTensor } from "../image/input_tensor.ts";
import type { Session, TensorInfo } from "../ports/session.ts";
import type { GraphFacts, InputFacts, ScoreKind } from "./graph_facts.ts";
import { outputFacts } from "./output_facts.ts";
import type { ProbedOutput } from "./probed_output.ts";

/** Not square, so that height and width are told apart; a multiple of every stride up to 128. */
const OPEN_SIZE: Size = { width: 384, height: 256 };

/**
 * Finds out what a graph can tell of itself: names, types and shapes as it declares them, the rest
 * from two runs, of an even image and of noise.
 *
 * @throws {DomainError} `graph-mismatch`, if it is no detector that a manifest could describe.
 */
export async function probeGraph(session: Session): Promise<GraphFacts> {
  const input = inputFacts(session.inputs);
  const size = input.size ?? OPEN_SIZE;
  const even = await session.run({ [input.name]: evenImage(input, size) });
  const noise = await session.run({ [input.name]: noiseImage(input, size) });
  const probed = session.outputs.map(({ name, type }): ProbedOutput => {
    return { name, type, runs: [even[name], noise[name]] };
  });
  const outputs = outputFacts(probed, size);
  const classHead = outputs.kind === "levels" ? outputs.scores[0] : outputs.scores;
  const scores = outputs.kind === "finished"
    ? null
    : scoreKind(probed, classHead, outputs.kind === "joined" ? outputs.classes : null);
  return { input, outputs, scores };
}

function inputFacts(inputs: readonly TensorInfo[]): InputFacts {
  const [{ name, type, shape }] = inputs;
  const image = shape.slice(-3);
  const isKnown = type === "float32" || type === "float16" || type === "uint8";
  if (inputs.length !== 1 || shape.length < 3 || shape.length > 4 || !isKnown) {
    const found = inputs.map((each) => `"${each.name}" ${each.type} [${each.shape.join(", ")}]`);
    throw new DomainError(
      "graph-mismatch",
      "Cannot describe the graph as it must have one input of float32, float16 or uint8 with 3 or " +
        `4 sides: it has ${found.join(", ")}`,
    );
  }
  const layout = image[2] === 3 && image[0] !== 3 ? "nhwc" : "nchw";
  const [height, width] = layout === "nchw" ? image.slice(1) : image;
  const [batch] = shape;
  return {
    name,
    type,
    layout,
    batch: shape.length === 3 ? null : typeof batch === "number" && batch > 0 ? batch : 1,
    size: isSide(height) && isSide(width) ? { width, height } : null,
  };
}

function isSide(side: number | string | null): side is number {
  return typeof side === "number" && side > 0;
}

function evenImage(input: InputFacts, size: Size): InputTensor {
  return imageOf(input, size, () => 0.5);
}

/** The same noise at every call: a linear congruential generator (Numerical Recipes, 7.1). */
function noiseImage(input: InputFacts, size: Size): InputTensor {
  let state = 1;
  return imageOf(input, size, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

function imageOf(input: InputFacts, { width, height }: Size, value: () => number): InputTensor {
  const shape = inputShape(input, height, width);
  const length = shape.reduce((product, side) => product * side, 1);
  const data = input.type === "uint8"
    ? Uint8Array.from({ length }, () => value() * 255)
    : Float32Array.from({ length }, value);
  return { type: input.type, data, shape };
}

function scoreKind(
  probed: readonly ProbedOutput[],
  name: string,
  columns: number | null,
): ScoreKind {
  const { runs } = probed.find((output) => output.name === name)!;
  if (!runs.every(({ data }) => data.every((value) => value >= 0 && value <= 1))) return "logits";
  const sumsToOne = columns !== null && columns > 1 &&
    runs.every(({ data }) =>
      rowSums(data, columns).every((sum) => Math.abs(sum - 1) < ROW_SUM_TOLERANCE)
    );
  return sumsToOne ? "distribution" : "probabilities";
}

/** Quantised graphs hold scores in steps of 1/256, of which a row of 81 adds up many. */
const ROW_SUM_TOLERANCE = 0.3;

function rowSums(data: Float32Array, columns: number): number[] {
  return Array.from({ length: data.length / columns }, (_, row) => {
    return data.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0);
  });
}
