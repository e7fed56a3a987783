import { type BoxCoder, decodeBox } from "../core/box_coder.ts";

/** Box that a framework detected, and the anchor for which the graph predicts this box. */
export interface AnchorSample {
  /** Index of the feature pyramid's level. */
  readonly level: number;
  /** Index of the anchor in its grid cell, from 0. */
  readonly anchor: number;
  /** Top left corner of the grid cell, in input pixels. */
  readonly cell: readonly [x: number, y: number];
  /** Distance between neighbouring cells, in input pixels. */
  readonly stride: readonly [x: number, y: number];
  /** Four numbers that the graph predicts for the anchor. */
  readonly deltas: readonly number[];
  /** x1, y1, x2, y2 of the box, in input pixels. */
  readonly box: readonly number[];
  /**
   * For each edge of the box: true if the framework may have clipped the edge. Unset: the framework
   * has clipped no edge.
   */
  readonly clipped?: readonly boolean[];
}

/** Anchor on one axis, computed from a box. */
export interface SolvedAxis {
  /** Width (axis x) or height (axis y) of the anchor, in input pixels. */
  readonly side: number;
  /** Position of the centre in the cell: 0 is the left or top edge of the cell, 1 the opposite. */
  readonly centre: number;
}

/** Minimum share of the anchor's side in the distance of an edge from the centre of the anchor. */
const MIN_SHARE = 0.05;

/**
 * Computes the anchor for which the deltas of a sample predict the box of the sample, on one axis.
 *
 * @param axis 0 for x, 1 for y.
 * @returns Null if one of the two edges may have been clipped.
 */
export function solveAxis(
  sample: AnchorSample,
  boxCoder: BoxCoder,
  axis: 0 | 1,
): SolvedAxis | null {
  const { cell, stride, clipped } = sample;
  if (clipped?.[axis] || clipped?.[axis + 2]) return null;
  const [{ low: a, high: c, rest: p }, { low: b, high: d, rest: q }] = edgesOf(
    sample,
    boxCoder,
    axis,
  );
  const determinant = a * d - b * c;
  const [low, high] = [(p * d - c * q) / determinant, (a * q - p * b) / determinant];
  const side = high - low + lastPixelOf(boxCoder);
  return { side, centre: (low + side / 2 - cell[axis]) / stride[axis] };
}

/**
 * Computes the side of an anchor from one edge of a box, if the centre of the anchor is known.
 *
 * @param axis 0 for x, 1 for y.
 * @param centre Position of the anchor's centre in its cell, 0 to 1.
 * @returns Null if both edges may have been clipped, or if the edge hardly depends on the side.
 */
export function solveSide(
  sample: AnchorSample,
  boxCoder: BoxCoder,
  axis: 0 | 1,
  centre: number,
): number | null {
  const { cell, stride, clipped } = sample;
  const at = cell[axis] + centre * stride[axis];
  const lastPixel = lastPixelOf(boxCoder);
  for (const [i, { low, high, rest }] of edgesOf(sample, boxCoder, axis).entries()) {
    const share = (high - low) / 2;
    if (clipped?.[axis + 2 * i] || Math.abs(share) < MIN_SHARE) continue;
    return (rest - (low + high) * at + high * lastPixel) / share;
  }
  return null;
}

/** Edge of a box as a linear function of the edges of its anchor: `low * x1 + high * x2 = rest`. */
interface LinearEdge {
  readonly low: number;
  readonly high: number;
  readonly rest: number;
}

/**
 * Returns both edges of a box on one axis as functions of the anchor. For fixed deltas, the decoded
 * box is a linear function of the anchor. Three test anchors show this function.
 */
function edgesOf(
  { deltas, box }: AnchorSample,
  boxCoder: BoxCoder,
  axis: 0 | 1,
): [LinearEdge, LinearEdge] {
  const decoded = (first: number, second: number) => {
    const result = Float64Array.from(deltas);
    decodeBox(boxCoder, result, Float64Array.of(first, first, second, second));
    return result;
  };
  const [zero, start, end] = [decoded(0, 0), decoded(1, 0), decoded(0, 1)];
  const edge = (at: number): LinearEdge => ({
    low: start[at]! - zero[at]!,
    high: end[at]! - zero[at]!,
    rest: box[at]! - zero[at]!,
  });
  return [edge(axis), edge(axis + 2)];
}

function lastPixelOf(boxCoder: BoxCoder): number {
  return boxCoder.extent === "last-pixel" ? 1 : 0;
}
