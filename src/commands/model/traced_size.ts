import type { Size } from "../../core/size.ts";
import type { Family } from "../../describe/families.ts";
import type { FinishedFacts, GraphFacts, InputFacts } from "../../describe/graph_facts.ts";
import { noiseFeeds } from "../../describe/probe_graph.ts";
import { exposeFirstConvolution } from "../../planner/first_convolution.ts";
import type { Session, Tensor } from "../../ports/session.ts";
import type { GraphOnDisk } from "./read_graph.ts";

/**
 * Sizes of the two test images. A scale factor that is computed from the image size differs between
 * the two images. A scale factor that was fixed when the graph was exported is the same for both
 * images.
 */
const SIZES: readonly [small: Size, large: Size] = [
  { width: 384, height: 256 },
  { width: 768, height: 640 },
];

/**
 * Maximum relative difference between two scale factors that count as equal. Padding to a multiple
 * of 32 or 64 changes a scale factor by less than this.
 */
const PADDING = 0.26;

/** Maximum difference from 1 of a scale factor that counts as no resize. */
const NO_RESIZE = 0.13;

/** Measurements of one run of a graph. */
interface Run {
  readonly size: Size;
  /** Size of the tensor that the first convolution reads, after the resize inside the graph. */
  readonly inner: Size;
  /** Largest coordinate of all boxes. Null: the run returned no boxes. */
  readonly furthest: number | null;
}

/**
 * Finds out if a graph that contains the resize and the decoding of boxes only works for images of
 * one size. PyTorch's exporter makes graphs with this fault, because the exporter stores values that
 * Python computed for the example image as constants.
 *
 * The function runs the graph with images of two sizes, and compares the sizes of the tensor that
 * the first convolution reads.
 *
 * @param open Opens a session for a copy of the graph that also returns the input of the first
 *   convolution.
 * @returns Message about the fault and its consequence. Null: no fault was found.
 */
export async function tracedSizeFault(
  { bytes, data }: Pick<GraphOnDisk, "bytes" | "data">,
  { input, outputs }: Pick<GraphFacts, "input" | "outputs">,
  open: (graph: Uint8Array) => Promise<Session>,
): Promise<string | null> {
  const boxes = boxOutput(outputs);
  if (boxes === null) return null;
  const exposed = exposeFirstConvolution(bytes, data);
  if (exposed === null) return null;
  const { graph, inner } = exposed;
  const session = await open(graph);
  try {
    if (input.size !== null) {
      return fixedSize(await runAt(session, input, input.size, inner, boxes));
    }
    const [small, large] = SIZES;
    const runs = [
      await runAt(session, input, small, inner, boxes),
      await runAt(session, input, large, inner, boxes),
    ] as const;
    return constantFactor(...runs) ?? constantSize(boxes.space, ...runs);
  } catch {
    return null; // the graph refuses the image size, or the tensor type cannot be read
  } finally {
    await session.close();
  }
}

/** Output with boxes in pixels or fractions, and the form of its rows. */
type BoxOutput = Pick<FinishedFacts, "boxes" | "space" | "columns" | "scores">;

/** Returns the output with boxes. Null: the graph has deltas, which do not depend on its size. */
function boxOutput(outputs: GraphFacts["outputs"]): BoxOutput | null {
  if (outputs.kind === "finished") return outputs;
  if (outputs.kind !== "joined" || !outputs.decoded || outputs.packed !== null) return null;
  return { boxes: outputs.deltas, space: outputs.space, scores: outputs.scores };
}

async function runAt(
  session: Session,
  input: InputFacts,
  size: Size,
  inner: string,
  facts: BoxOutput,
): Promise<Run> {
  const outputs = await session.run(noiseFeeds(input, size));
  const [height = 0, width = 0] = outputs[inner]?.shape.slice(-2) ?? [];
  return { size, inner: { width, height }, furthest: furthestOf(outputs[facts.boxes], facts) };
}

/**
 * Returns the largest coordinate of the boxes. Columns of `boxes` with the score and the class id
 * are ignored.
 */
function furthestOf(
  boxes: Tensor | undefined,
  { columns, scores }: BoxOutput,
): number | null {
  const width = columns !== undefined ? 6 : scores === null ? 5 : 4;
  const first = columns === "label-score-box" ? 2 : 0;
  const isBox = (column: number) => column >= first && column < first + 4;
  const coordinates = boxes?.data.filter((_, i) => isBox(i % width)) ?? new Float32Array();
  if (coordinates.length === 0) return null;
  return coordinates.reduce((most, value) => Math.max(most, value), 0);
}

/** Returns a message if a graph with a fixed input size also resizes the image. */
function fixedSize({ size, inner }: Run): string | null {
  const factor = inner.width / size.width;
  if (Math.abs(factor - 1) < NO_RESIZE || inner.width === 0) return null;
  return `the graph was traced for one size: it takes ${size.width}x${size.height} only and ` +
    `scales by ${factor.toFixed(2)} inside, so an image of another size is scaled twice, and its ` +
    "boxes differ from the framework's";
}

/** Returns a message if the graph scales both test images by the same factor. */
function constantFactor(small: Run, large: Run): string | null {
  const [factor, other] = [small, large].map(({ size, inner }) =>
    Math.sqrt((inner.width / size.width) * (inner.height / size.height))
  ) as [number, number];
  const isSame = Math.abs(factor / other - 1) < PADDING;
  if (!isSame || Math.abs(other - 1) < NO_RESIZE || !Number.isFinite(factor)) return null;
  return `the graph was traced for one size: it scales an image of any size by ${
    other.toFixed(2)
  }, so boxes differ from the framework's unless the framework would scale the image by this factor`;
}

/** Returns a message if the boxes are not larger in the larger test image. */
function constantSize(space: "input" | "unit", small: Run, large: Run): string | null {
  if (space === "unit" || small.furthest === null || large.furthest === null) return null;
  const { inner } = large;
  if (inner.width !== small.inner.width || inner.height !== small.inner.height) return null;
  // The larger image is twice as wide, and 2.5 times as high.
  if (large.furthest > 1.4 * small.furthest || small.furthest === 0) return null;
  return `the graph was traced for one size: its boxes reach up to ${
    large.furthest.toFixed(0)
  } whatever the size of the image, so they fit only images of the size that it was traced with`;
}

/**
 * Returns a message if a graph takes one size, although graphs of its framework resize images of
 * any size themselves. Images of another size must then be stretched. Null: there is no such fault.
 */
export function stretchedFault(
  { input: { size } }: Pick<GraphFacts, "input">,
  { behaviour: { resize } }: Pick<Family, "behaviour">,
): string | null {
  if (size === null || resize.kind !== "none") return null;
  return `the graph was traced for one size: it takes ${size.width}x${size.height} only, so an image ` +
    "of another size is stretched, and its boxes differ from the framework's";
}
