import type { ShapesRule } from "../core/anchors.ts";
import { type BoxCoder, decodeBox } from "../core/box_coder.ts";
import type { ShapesLevel } from "./constant_anchors.ts";

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
}

/** Anchors that were computed from boxes that the model's framework returned for a test image. */
export interface FittedAnchors {
  /** Rule with the widths and heights of all anchors. */
  readonly rule: ShapesRule & { readonly levels: ShapesLevel[] };
  /**
   * Anchors for which no box was given. Their widths and heights are those of another level,
   * multiplied by the ratio of the two strides.
   */
  readonly scaled: readonly Pick<AnchorSample, "level" | "anchor">[];
}

/**
 * Maximum distance of a computed anchor side from a whole number. If no side is further away, all
 * sides are rounded to whole numbers.
 */
const WHOLE = 0.02;

/**
 * Computes the widths and heights of anchors from boxes that the model's framework has computed. A
 * box and its four deltas determine the anchor.
 *
 * An anchor without a box in `samples` gets the width and height of the same anchor on another
 * level, multiplied by the ratio of the two strides.
 *
 * @param strides Declared stride of each level, in input pixels.
 * @param grid Placement of anchors on the grids of the model.
 * @returns Rule, and the anchors that were scaled. Null: an anchor has no box in `samples` on any
 *   level, or a box gives no valid anchor.
 */
export function fitAnchors(
  samples: readonly AnchorSample[],
  boxCoder: BoxCoder,
  strides: readonly number[],
  perCell: number,
  grid: Pick<ShapesRule, "strides" | "extent">,
): FittedAnchors | null {
  const solved = samples.map((sample) => ({ ...sample, ...solveAnchor(sample, boxCoder) }));
  const isValid = solved.every(({ sides }) => sides.every((side) => side > 0 && side < Infinity));
  if (!isValid || solved.length === 0) return null;
  const centre = Math.round(median(solved.flatMap((each) => each.centre)) * 100) / 100;
  if (!(centre >= 0 && centre <= 1)) return null;
  const shapeOf = (level: number, anchor: number): [number, number] | null => {
    const own = solved.filter((each) => each.level === level && each.anchor === anchor);
    if (own.length === 0) return null;
    return [median(own.map(({ sides }) => sides[0])), median(own.map(({ sides }) => sides[1]))];
  };
  const measured = strides.map((_, level) =>
    Array.from({ length: perCell }, (_, anchor) => shapeOf(level, anchor))
  );
  const known = measured.flat().flat().filter((side) => side !== null);
  const isWhole = known.every((side) => Math.abs(side - Math.round(side)) < WHOLE);
  const tidy = (side: number) => isWhole ? Math.round(side) : Math.round(side * 1000) / 1000;
  const scaled: FittedAnchors["scaled"][number][] = [];
  const levels: ShapesLevel[] = [];
  for (const [level, stride] of strides.entries()) {
    const shapes: [number, number][] = [];
    for (let anchor = 0; anchor < perCell; anchor++) {
      const own = measured[level]?.[anchor] ?? null;
      const shape = own ?? scaledShape(measured, strides, level, anchor);
      if (shape === null) return null;
      if (own === null) scaled.push({ level, anchor });
      shapes.push([tidy(shape[0]), tidy(shape[1])]);
    }
    levels.push({ stride, shapes });
  }
  return { rule: { kind: "shapes", levels, centre, ...grid }, scaled };
}

/**
 * Computes the anchor for which the deltas of a sample predict the box of the sample. For fixed
 * deltas, the decoded box is a linear function of the anchor. The function decodes the deltas with
 * three test anchors and computes the real anchor from the three boxes.
 *
 * @returns Width and height of the anchor in input pixels, and the position of its centre in the
 *   cell. 0 is the left or top edge of the cell, 1 the right or bottom edge.
 */
function solveAnchor(
  { deltas, box, cell, stride }: AnchorSample,
  boxCoder: BoxCoder,
): { sides: [number, number]; centre: [number, number] } {
  const decoded = (first: number, second: number) => {
    const result = Float64Array.from(deltas);
    decodeBox(boxCoder, result, Float64Array.of(first, first, second, second));
    return result;
  };
  const [zero, start, end] = [decoded(0, 0), decoded(1, 0), decoded(0, 1)];
  const lastPixel = "extent" in boxCoder && boxCoder.extent === "last-pixel" ? 1 : 0;
  const axis = (at: 0 | 1): { side: number; centre: number } => {
    const [a, b] = [start[at]! - zero[at]!, end[at]! - zero[at]!];
    const [c, d] = [start[at + 2]! - zero[at + 2]!, end[at + 2]! - zero[at + 2]!];
    const [p, q] = [box[at]! - zero[at]!, box[at + 2]! - zero[at + 2]!];
    const determinant = a * d - b * c;
    const [low, high] = [(p * d - b * q) / determinant, (a * q - p * c) / determinant];
    const side = high - low + lastPixel;
    return { side, centre: (low + side / 2 - cell[at]) / stride[at] };
  };
  const [x, y] = [axis(0), axis(1)];
  return { sides: [x.side, y.side], centre: [x.centre, y.centre] };
}

/**
 * Returns the width and height of the same anchor on the nearest level that has this anchor in
 * `measured`, multiplied by the ratio of the two strides.
 */
function scaledShape(
  measured: readonly (readonly ([number, number] | null)[])[],
  strides: readonly number[],
  level: number,
  anchor: number,
): [number, number] | null {
  const [nearest] = measured.map((_, other) => other)
    .filter((other) => (measured[other]?.[anchor] ?? null) !== null)
    .sort((a, b) => Math.abs(a - level) - Math.abs(b - level));
  const shape = nearest === undefined ? null : measured[nearest]?.[anchor] ?? null;
  if (nearest === undefined || shape === null) return null;
  const factor = strides[level]! / strides[nearest]!;
  return [shape[0] * factor, shape[1] * factor];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
