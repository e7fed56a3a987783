import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { inputShape, type InputTensor } from "../image/input_tensor.ts";
import type { Feeds, Session, Tensor, TensorInfo } from "../ports/session.ts";
import { extraFeeds, extraInputsOf } from "./extra_inputs.ts";
import type { GraphFacts, InputFacts, JoinedFacts } from "./graph_facts.ts";
import { type GraphHints, NO_HINTS } from "./graph_hints.ts";
import type { Colour } from "./inner_pixels.ts";
import { outputFacts } from "./output_facts.ts";
import type { ProbedOutput } from "./probed_output.ts";
import { backgroundOf, scoreKind } from "./score_kind.ts";
import { type HeadWishes, NO_WISHES } from "./which_head.ts";
import type { RowCount } from "./solve_pyramid.ts";

/**
 * Size in pixels of the two test images, for a graph that accepts any size.
 *
 * Width and height differ, so the shape of an output shows which dimension is the height. Width and
 * height are multiples of 128, which is usually the largest stride of a feature pyramid.
 */
const OPEN_SIZE: Size = { width: 384, height: 256 };

/**
 * Possible sizes of a third test image in pixels. The first size that the graph accepts is used.
 * The output at this size shows which feature pyramid the graph has.
 *
 * The sides of the first size are not multiples of 64. For this size, the number of cells of 64
 * pixels is rounded up, which distinguishes similar pyramids. The other sizes are for graphs that
 * accept only multiples of 64 or 128.
 */
const OTHER_SIZES: readonly Size[] = [
  { width: 416, height: 288 },
  { width: 448, height: 320 },
  { width: 640, height: 384 },
];

/** Element types that the input of a graph may have. */
const INPUT_TYPES = ["float32", "float16", "uint8"] as const;

/**
 * Finds the meaning of the input and the outputs of a graph. `draftManifest()` turns the result
 * into a manifest.
 *
 * 1. Read the declared names, types and shapes.
 * 2. Run the graph on a grey image and on an image of noise.
 * 3. Find the meaning of each output by its shape, name and numbers.
 * 4. If the graph accepts any size and has one output with all scores, run the graph at another
 *    size. The number of rows at both sizes shows which levels the feature pyramid has.
 *
 * @param hints Facts that were read from the file of the graph.
 * @throws {DomainError} `graph-mismatch`, if no manifest could describe the graph, or if nothing
 *   shows which output is the class head (output with scores).
 */
export async function probeGraph(
  session: Session,
  hints: GraphHints = NO_HINTS,
  wishes: HeadWishes = NO_WISHES,
): Promise<GraphFacts> {
  const input = inputFacts(session.inputs);
  const size = input.size ?? OPEN_SIZE;
  const even = await firstRun(session, input, size);
  const noise = await session.run(noiseFeeds(input, size));
  // A session leaves out outputs of a type that holds no boxes or scores.
  const probed = session.outputs.flatMap(({ name, type }): ProbedOutput[] => {
    const [first, second] = [even[name], noise[name]];
    return first === undefined || second === undefined
      ? []
      : [{ name, type, runs: [first, second] }];
  });
  const { facts, classHead } = outputFacts(probed, size, hints, wishes);
  const columns = facts.kind === "joined" ? facts.classes : null;
  const outputs = facts.kind === "joined" && input.size === null
    ? { ...facts, counts: [...facts.counts, ...await otherCount(session, input, facts)] as const }
    : facts;
  const kind = scoreKind(classHead, columns, hints);
  const background = classHead === null || columns === null
    ? null
    : backgroundOf(classHead, columns, kind.scores);
  return { input, outputs, ...kind, background };
}

/**
 * Runs the graph on the first test image.
 *
 * @throws {DomainError} `graph-mismatch`, if the engine fails. The message names the shape of the
 *   test image and the shape that the graph declares.
 */
async function firstRun(
  session: Session,
  input: InputFacts,
  size: Size,
): Promise<Record<string, Tensor>> {
  try {
    return await session.run(feedsOf(input, size, evenImage));
  } catch (error) {
    const declared = session.inputs.find(({ name }) => name === input.name)?.shape ?? [];
    const given = inputShape(input, size.height, size.width);
    throw new DomainError(
      "graph-mismatch",
      `Cannot describe the graph as it fails on a test image of [${given.join(", ")}]: ` +
        `"${input.name}" is declared as [${declared.map((side) => side ?? "?").join(", ")}]. ` +
        "Export it with the sides that it needs, or with sides that may be any multiple of 128",
      { cause: error },
    );
  }
}

/**
 * Counts the rows of the output with the scores at another input size. Each row is one anchor.
 * Returns an empty array if the graph accepts no other size.
 */
async function otherCount(
  session: Session,
  input: InputFacts,
  { scores, transposed }: JoinedFacts,
): Promise<RowCount[]> {
  for (const size of OTHER_SIZES) {
    const outputs = await session.run(feedsOf(input, size, evenImage)).catch(() => null);
    const rows = outputs?.[scores]?.shape.at(transposed ? -1 : -2);
    if (rows !== undefined) return [{ size, rows }];
  }
  return [];
}

/** Returns the facts that a graph declares about its image input and its other inputs. */
function inputFacts(inputs: readonly TensorInfo[]): InputFacts {
  const input = inputs.find(({ shape }) => shape.length >= 3) ?? inputs[0];
  const extras = extraInputsOf(inputs.filter((each) => each !== input));
  const type = INPUT_TYPES.find((known) => known === input?.type);
  const rank = input?.shape.length;
  const isImage = extras !== null && (rank === 3 || rank === 4);
  if (input === undefined || type === undefined || !isImage) {
    const found = inputs.map((each) => `"${each.name}" ${each.type} [${each.shape.join(", ")}]`);
    throw new DomainError(
      "graph-mismatch",
      "Cannot describe the graph as it must have one input of float32, float16 or uint8 with 3 or " +
        "4 dimensions, and beside it only the size and the scale of the image, known by name: it has" +
        ` ${found.join(", ") || "none"}`,
    );
  }
  const [first, second, third] = input.shape.slice(-3);
  const layout = third === 3 && first !== 3 ? "nhwc" : "nchw";
  const channels = layout === "nchw" ? first : third;
  if (isFixed(channels) && channels !== 3) {
    throw new DomainError(
      "graph-mismatch",
      `Cannot describe the graph as its input must have three channels: "${input.name}" is ` +
        `[${input.shape.join(", ")}]`,
    );
  }
  const [height, width] = layout === "nchw" ? [second, third] : [first, second];
  const [batch] = input.shape;
  return {
    name: input.name,
    type,
    layout,
    batch: rank === 3 ? null : isFixed(batch) ? batch : 1,
    size: isFixed(height) && isFixed(width) ? { width, height } : null,
    ...(extras.length > 0 ? { extras } : {}),
  };
}

function isFixed(length: number | string | null | undefined): length is number {
  return typeof length === "number" && length > 0;
}

/** Returns the tensors of all inputs, for a run on a test image. */
function feedsOf(
  input: InputFacts,
  size: Size,
  imageOf: (input: InputFacts, size: Size) => InputTensor,
): Feeds {
  return { [input.name]: imageOf(input, size), ...extraFeeds(input.extras ?? [], size) };
}

/**
 * Returns the tensors of all inputs, for a run on an image of random pixels. The pixels are the
 * same at every call.
 */
export function noiseFeeds(input: InputFacts, size: Size): Feeds {
  return feedsOf(input, size, noiseImage);
}

/** Returns the tensors of all inputs, for a run on an image of one colour. */
export function colourFeeds(input: InputFacts, size: Size, colour: Colour): Feeds {
  const isPlanar = input.layout === "nchw";
  const area = size.width * size.height;
  return feedsOf(input, size, () => {
    let at = 0;
    return imageOf(input, size, () => {
      const channel = isPlanar ? Math.floor(at / area) % 3 : at % 3;
      at++;
      // The small sum keeps bytes from being rounded down to the next one.
      return input.type === "uint8" ? colour[channel]! / 255 + 0.001 : colour[channel]!;
    });
  });
}

function evenImage(input: InputFacts, size: Size): InputTensor {
  return imageOf(input, size, () => 0.5);
}

/**
 * Returns an image of random pixels. The pixels are the same at every call.
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
 * @param value Returns the next number of the tensor, 0 to 1. For graphs with `uint8` input, the
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
