import type { Size } from "../../core/size.ts";
import type { GraphFacts, InputFacts } from "../../describe/graph_facts.ts";
import { noiseFeeds } from "../../describe/probe_graph.ts";
import { exposeFirstConvolution } from "../../planner/first_convolution.ts";
import type { Session, Tensor } from "../../ports/session.ts";
import type { GraphOnDisk } from "./read_graph.ts";

/** Sizes of the two test images. Every rule of an image's sides scales them differently. */
const SIZES: readonly [small: Size, large: Size] = [
  { width: 384, height: 256 },
  { width: 768, height: 640 },
];

/** Share by which a side may differ from a constant factor: padding to a multiple of 32 or 64. */
const PADDING = 0.26;

/** Factors nearer to 1 are no resize. */
const NO_RESIZE = 0.13;

/** Result of one run. */
interface Run {
  readonly size: Size;
  /** Height and width of the tensor that the network reads. */
  readonly inner: Size;
  /** Largest coordinate of a box, or null without boxes. */
  readonly furthest: number | null;
}

/**
 * Finds out if a graph with the resize and NMS inside was traced for one size of image: PyTorch's
 * exporter writes a factor or a size that Python computed for the example image as a constant.
 *
 * The function runs the graph with images of two sizes, and looks at the tensor that the first
 * convolution reads.
 *
 * @param open Opens the changed graph.
 * @returns Fact and its consequence, or null if the graph follows the size of the image, or if
 *   nothing tells.
 */
export async function tracedSizeFault(
  { bytes, data }: Pick<GraphOnDisk, "bytes" | "data">,
  { input, outputs }: Pick<GraphFacts, "input" | "outputs">,
  open: (graph: Uint8Array) => Promise<Session>,
): Promise<string | null> {
  if (outputs.kind !== "finished") return null;
  const exposed = exposeFirstConvolution(bytes, data);
  if (exposed === null) return null;
  const { graph, inner } = exposed;
  const session = await open(graph);
  try {
    if (input.size !== null) {
      return fixedSize(await runAt(session, input, input.size, inner, outputs));
    }
    const [small, large] = SIZES;
    const runs = [
      await runAt(session, input, small, inner, outputs),
      await runAt(session, input, large, inner, outputs),
    ] as const;
    return constantFactor(...runs) ?? constantSize(outputs.space, ...runs);
  } catch {
    return null; // the graph takes no such size, or the tensor is of a type that is not read
  } finally {
    await session.close();
  }
}

async function runAt(
  session: Session,
  input: InputFacts,
  size: Size,
  inner: string,
  { boxes, scores }: { readonly boxes: string; readonly scores: string | null },
): Promise<Run> {
  const outputs = await session.run(noiseFeeds(input, size));
  const [height = 0, width = 0] = outputs[inner]?.shape.slice(-2) ?? [];
  return { size, inner: { width, height }, furthest: furthestOf(outputs[boxes], scores) };
}

/** Returns the largest coordinate of the boxes, leaving out scores in a fifth column. */
function furthestOf(boxes: Tensor | undefined, scores: string | null): number | null {
  const columns = scores === null ? 5 : 4;
  const coordinates = boxes?.data.filter((_, i) => i % columns < 4) ?? new Float32Array();
  if (coordinates.length === 0) return null;
  return coordinates.reduce((most, value) => Math.max(most, value), 0);
}

/** Recognises a graph of one size that scales the image once more. */
function fixedSize({ size, inner }: Run): string | null {
  const factor = inner.width / size.width;
  if (Math.abs(factor - 1) < NO_RESIZE || inner.width === 0) return null;
  return `the graph was traced for one size: it takes ${size.width}x${size.height} only and ` +
    `scales by ${factor.toFixed(2)} inside, so an image of another size is scaled twice, and its ` +
    "boxes differ from the framework's";
}

/** Recognises one factor for both images. A rule for the shortest side gives two factors. */
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

/** Recognises boxes that do not grow with the image. */
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
