import type { GraphFacts, InputFacts } from "../../describe/graph_facts.ts";
import {
  type Colour,
  type InnerPixels,
  solveInnerPixels,
  testColours,
} from "../../describe/inner_pixels.ts";
import { colourFeeds } from "../../describe/probe_graph.ts";
import { cutBeforeConvolution } from "../../planner/first_convolution.ts";
import type { Session, Tensor } from "../../ports/session.ts";
import type { GraphOnDisk } from "./read_graph.ts";

/** Size of the test images, if the graph takes any size. */
const SIZE = { width: 384, height: 256 };

/**
 * Finds out how a graph itself changes the pixels before its first convolution: their scale, their
 * mean and the order of their channels.
 *
 * Runs only the part of the graph before the convolution, on images of one colour. Operations that
 * are folded into the weights of the convolution stay unknown.
 *
 * @param open Opens a session for the part of the graph.
 * @returns Null if the change is unknown.
 */
export async function probePixels(
  { bytes, data }: Pick<GraphOnDisk, "bytes" | "data">,
  { input }: Pick<GraphFacts, "input">,
  open: (graph: Uint8Array) => Promise<Session>,
): Promise<InnerPixels | null> {
  try {
    const cut = cutBeforeConvolution(bytes, data);
    if (cut === null) return null;
    if (cut === "none") return { reversed: false, gain: [1, 1, 1], offset: [0, 0, 0] };
    const session = await open(cut.graph);
    try {
      return await solve(session, input, cut.inner);
    } finally {
      await session.close();
    }
  } catch {
    return null; // the part does not run alone
  }
}

async function solve(
  session: Session,
  input: InputFacts,
  inner: string,
): Promise<InnerPixels | null> {
  const colours = testColours(input.type);
  const runs: Tensor[] = [];
  for (const colour of colours) {
    const outputs = await session.run(feeds(session, input, colour));
    const tensor = outputs[inner];
    if (tensor === undefined) return null;
    runs.push(tensor);
  }
  return solveInnerPixels(colours, runs);
}

/** Returns the tensors of the inputs that the part of the graph still has. */
function feeds({ inputs }: Session, input: InputFacts, colour: Colour) {
  const all = colourFeeds(input, input.size ?? SIZE, colour);
  return Object.fromEntries(inputs.flatMap(({ name }) => {
    const tensor = all[name];
    return tensor === undefined ? [] : [[name, tensor]];
  }));
}
