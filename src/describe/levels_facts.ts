import type { Size } from "../core/size.ts";
import type { LevelsFacts } from "./graph_facts.ts";
import { BOX_NAMES, CLASS_NAMES, type ProbedOutput } from "./probed_output.ts";

/** Class head or box head of one level of the feature pyramid. */
interface Head {
  /** Name in the graph. */
  readonly name: string;
  /**
   * Number of channels. Class head: anchors per cell times classes. Box head: anchors per cell
   * times 4 deltas.
   */
  readonly depth: number;
  /** Width of a grid cell, in input pixels. */
  readonly stride: number;
}

/**
 * Recognises outputs that are a class head and a box head for each level of the feature pyramid.
 * Their shapes are `[N, A·K, H, W]` and `[N, A·4, H, W]`:
 *
 * N images, A anchors per cell, K classes, and a grid of H rows and W columns. The second dimension
 * may also be the last.
 *
 * @param size Size of the input in both test runs.
 * @returns Null if the outputs are not two heads per level.
 */
export function levelsFacts(outputs: readonly ProbedOutput[], size: Size): LevelsFacts | null {
  for (const layout of ["nchw", "nhwc"] as const) {
    const heads = headsIn(layout, outputs, size);
    const facts = heads && pairHeads(layout, heads);
    if (facts) return facts;
  }
  return null;
}

/**
 * Interprets each output as a head with the given order of dimensions. Returns null if the shape of
 * an output does not fit.
 */
function headsIn(
  layout: "nchw" | "nhwc",
  outputs: readonly ProbedOutput[],
  size: Size,
): Head[] | null {
  const heads: Head[] = [];
  for (const { name, runs: [{ shape }] } of outputs) {
    if (!hasRank4(shape)) return null;
    const [, first, second, third] = shape;
    const [depth, height, width] = layout === "nchw"
      ? [first, second, third] as const
      : [third, first, second] as const;
    const stride = strideOf(size, { width, height });
    if (stride === null) return null;
    heads.push({ name, depth, stride });
  }
  return heads;
}

function hasRank4(
  shape: readonly number[],
): shape is readonly [number, number, number, number] {
  return shape.length === 4;
}

/**
 * Returns the stride, a power of two, for which the input has `grid` cells. Null: no stride fits.
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
 * Pairs the class head and the box head of each stride. Returns null if a stride does not have
 * exactly two heads.
 */
function pairHeads(layout: "nchw" | "nhwc", heads: readonly Head[]): LevelsFacts | null {
  const strides = [...new Set(heads.map(({ stride }) => stride))].sort((a, b) => a - b);
  const scores: Head[] = [];
  const deltas: Head[] = [];
  for (const stride of strides) {
    const [first, second, third] = heads.filter((head) => head.stride === stride);
    if (first === undefined || second === undefined || third !== undefined) return null;
    const box = boxHead(first, second);
    scores.push(box === first ? second : first);
    deltas.push(box);
  }
  const [finestScores, finestDeltas] = [scores[0], deltas[0]];
  if (finestScores === undefined || finestDeltas === undefined) return null;
  const perCell = finestDeltas.depth / 4;
  const classes = finestScores.depth / perCell;
  if (!Number.isInteger(perCell) || !Number.isInteger(classes)) return null;
  return {
    kind: "levels",
    layout,
    scores: scores.map(({ name }) => name),
    deltas: deltas.map(({ name }) => name),
    strides,
    perCell,
    classes,
  };
}

/**
 * Decides which of the two heads of a level is the box head.
 *
 * The output names decide. If they are unclear, the head with 36 channels (9 anchors with 4 deltas)
 * is the box head. If there is none, the second head is.
 */
function boxHead(first: Head, second: Head): Head {
  const pair = [first, second];
  const byName = pair.find(({ name }) => BOX_NAMES.test(name) && !CLASS_NAMES.test(name));
  if (byName !== undefined) return byName;
  const byClassName = pair.find(({ name }) => CLASS_NAMES.test(name));
  if (byClassName !== undefined) return byClassName === first ? second : first;
  return pair.find(({ depth }) => depth === 36) ?? second;
}
