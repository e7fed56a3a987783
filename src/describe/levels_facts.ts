import type { Size } from "../core/size.ts";
import type { LevelsFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import type { ProbedOutput } from "./probed_output.ts";
import { type HeadPair, refuseAlike, tellHeads } from "./which_head.ts";

/**
 * Class head (output with scores) or box head (output for boxes) of one level of the feature
 * pyramid.
 */
interface Head extends ProbedOutput {
  /**
   * Number of channels of the head. A class head has one channel for each class of each anchor in a
   * cell. A box head has four channels for each anchor in a cell.
   */
  readonly depth: number;
  /** Width of a grid cell, in input pixels. */
  readonly stride: number;
}

/**
 * Recognises the outputs of a graph with a class head (scores) and a box head for each level of the
 * feature pyramid.
 *
 * The shape of a head is `[images, channels, rows, columns]` or
 * `[images, rows, columns, channels]`. Rows and columns are those of the level's grid of cells. A
 * class head has one channel for each class of each anchor in a cell. A box head has four channels
 * for each anchor in a cell.
 *
 * @param size Size of the input in both test runs.
 * @param wanted Names of class heads (outputs with scores) that the caller gave. Empty if unknown.
 * @returns Null if the graph does not have two heads per level.
 */
export function levelsFacts(
  outputs: readonly ProbedOutput[],
  size: Size,
  hints: GraphHints,
  wanted: readonly string[],
): LevelsFacts | null {
  for (const layout of ["nchw", "nhwc"] as const) {
    const heads = headsIn(layout, outputs, size);
    const facts = heads && pairHeads(layout, heads, hints, wanted);
    if (facts) return facts;
  }
  return null;
}

/**
 * Interprets each output as scores or boxes of one level. The dimensions of the outputs have the
 * order `layout`. Returns null if the shape of an output does not fit.
 */
function headsIn(
  layout: "nchw" | "nhwc",
  outputs: readonly ProbedOutput[],
  size: Size,
): Head[] | null {
  const heads: Head[] = [];
  for (const output of outputs) {
    const { shape } = output.runs[0];
    if (!hasRank4(shape)) return null;
    const [, first, second, third] = shape;
    const [depth, height, width] = layout === "nchw"
      ? [first, second, third] as const
      : [third, first, second] as const;
    const stride = strideOf(size, { width, height });
    if (stride === null) return null;
    heads.push({ ...output, depth, stride });
  }
  return heads;
}

function hasRank4(
  shape: readonly number[],
): shape is readonly [number, number, number, number] {
  return shape.length === 4;
}

/**
 * Returns the stride in input pixels that divides the input into `grid` cells. Tries powers of two.
 * Null: no stride fits.
 */
function strideOf(input: Size, grid: Size): number | null {
  for (let stride = 2; stride <= 512; stride *= 2) {
    const fits = Math.ceil(input.width / stride) === grid.width &&
      Math.ceil(input.height / stride) === grid.height;
    if (fits) return stride;
  }
  return null;
}

/**
 * Finds the class head (scores) and the box head of each stride. Returns null if a stride does not
 * have exactly two outputs.
 */
function pairHeads(
  layout: "nchw" | "nhwc",
  heads: readonly Head[],
  hints: GraphHints,
  wanted: readonly string[],
): LevelsFacts | null {
  const strides = [...new Set(heads.map(({ stride }) => stride))].sort((a, b) => a - b);
  const firsts: Head[] = [];
  const seconds: Head[] = [];
  for (const stride of strides) {
    const [first, second, third] = heads.filter((head) => head.stride === stride);
    if (first === undefined || second === undefined || third !== undefined) return null;
    // Heads with the same number of channels are of the same kind. If both heads of a stride have
    // the same number, the order of the outputs decides.
    const isSwapped = first.depth > second.depth;
    firsts.push(isSwapped ? second : first);
    seconds.push(isSwapped ? first : second);
  }
  const [first, second] = [firsts[0], seconds[0]];
  if (first === undefined || second === undefined) return null;
  const { scores, deltas, evidence } = tellHeads(firsts, seconds, hints, wanted) ??
    tellByChannels(firsts, seconds) ?? refuseAlike(first, second);
  const perCell = (deltas[0]?.depth ?? 0) / 4;
  const classes = (scores[0]?.depth ?? 0) / perCell;
  if (!Number.isInteger(perCell) || !Number.isInteger(classes)) return null;
  return {
    kind: "levels",
    layout,
    scores: scores.map(({ name }) => name),
    deltas: deltas.map(({ name }) => name),
    strides,
    perCell,
    classes,
    evidence,
  };
}

/**
 * Recognises box heads (outputs for boxes) by their 36 channels: four numbers for each of nine
 * anchors. Returns null if both groups of outputs, or none, have 36 channels.
 */
function tellByChannels(first: Head[], second: Head[]): HeadPair<Head[]> | null {
  const isBox = (heads: readonly Head[]) => heads.every(({ depth }) => depth === 36);
  if (isBox(first) === isBox(second)) return null;
  const [scores, deltas] = isBox(second) ? [first, second] : [second, first];
  return { scores, deltas, evidence: "channels" };
}
