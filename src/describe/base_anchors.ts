import type { GridRule } from "../core/anchors.ts";
import type { ShapesAnchors } from "./anchor_levels.ts";
import { ANCHOR_FORMS, toCorners } from "./anchor_forms.ts";
import type { BoxConstant } from "./graph_hints.ts";
import type { Pyramid } from "./solve_pyramid.ts";

/** Anchor rule that was read from constants of a graph. */
export interface ConstantAnchors {
  /** Names of the constants. */
  readonly names: readonly string[];
  /** Rule that computes the anchors of the constants. */
  readonly anchors: ShapesAnchors;
  /**
   * True if the constants contain the anchors of a single cell. These constants do not show if x
   * or y comes first, nor the distance of neighbouring cells.
   */
  readonly isBase: boolean;
}

/** Properties of anchors that the anchors of a single cell do not show. */
export interface BaseAnchorHints {
  /** Distance between neighbouring cells. */
  readonly strides: GridRule["strides"];
  /** True if y comes first. */
  readonly isYFirst: boolean;
}

/** Maximum difference between the centres of the anchors of one cell, in input pixels. */
const TOLERANCE = 0.01;

/** Anchors of one cell of a level. */
interface Cell {
  readonly name: string;
  /** Width and height of each anchor, in input pixels. */
  readonly shapes: [number, number][];
  /** x and y of the centre of all anchors, in input pixels. */
  readonly centre: readonly [number, number];
  /** Mean area of the anchors. */
  readonly area: number;
}

/**
 * Finds the anchor rule of a graph that contains the anchors of one cell of each level: a constant
 * `[anchors, 4]` for each level, or one constant `[levels, anchors, 4]`.
 *
 * All anchors of a cell have the same centre, and the anchors of a level with larger cells are
 * larger.
 *
 * @returns Null if the graph does not have exactly one such constant for each level.
 */
export function baseAnchors(
  constants: readonly BoxConstant[],
  { strides, perCell }: Pyramid,
  hints: BaseAnchorHints,
): ConstantAnchors | null {
  const length = perCell * 4;
  const own = constants.filter(({ data }) => data.length === length);
  const stacks = constants.filter(({ data, shape }) =>
    data.length === length * strides.length && shape.at(-2) === perCell
  );
  const parts = stacks.map(({ data, ...rest }) =>
    strides.map((_, level) => ({
      ...rest,
      data: data.subarray(level * length, (level + 1) * length),
    }))
  );
  for (const form of ANCHOR_FORMS.filter(({ isYFirst }) => isYFirst === hints.isYFirst)) {
    for (const set of [own, ...parts]) {
      const cells = set.flatMap(({ name, data }) => cellOf(name, toCorners(data, form)));
      const found = cells.length === strides.length ? ruleOf(cells, strides, hints) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

/** Reads the anchors of one cell. Returns an empty array if the numbers cannot be its anchors. */
function cellOf(name: string, corners: Float32Array): Cell[] {
  const shapes: [number, number][] = [];
  const centres: [number, number][] = [];
  for (let at = 0; at < corners.length; at += 4) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners.subarray(at, at + 4);
    shapes.push([x2 - x1, y2 - y1]);
    centres.push([(x1 + x2) / 2, (y1 + y2) / 2]);
  }
  const [centre = [NaN, NaN]] = centres;
  const isShared = centres.every(([x, y]) =>
    Math.abs(x - centre[0]) < TOLERANCE && Math.abs(y - centre[1]) < TOLERANCE
  );
  if (!isShared || !shapes.flat().every((side) => side > 0)) return [];
  const area = shapes.reduce((sum, [width, height]) => sum + width * height, 0) / shapes.length;
  return [{ name, shapes, centre, area }];
}

/** Assigns the cells to the levels by their areas. Returns null if the result is no anchor rule. */
function ruleOf(
  cells: readonly Cell[],
  strides: readonly number[],
  hints: BaseAnchorHints,
): ConstantAnchors | null {
  const sorted = cells.toSorted((a, b) => a.area - b.area);
  const isClear = sorted.every(({ area }, i) => area > (sorted[i - 1]?.area ?? 0));
  const shares = sorted.flatMap(({ centre }, i) => centre.map((at) => at / strides[i]!));
  const [first = NaN] = shares;
  const centre = Math.round(first * 1000) / 1000;
  const isSame = shares.every((share) => Math.abs(share - first) < 1e-3);
  if (!isClear || !isSame || !(centre >= 0 && centre <= 1)) return null;
  return {
    names: [...new Set(sorted.map(({ name }) => name))],
    anchors: {
      kind: "shapes",
      levels: strides.map((stride, i) => ({ stride, shapes: sorted[i]!.shapes })),
      centre,
      strides: hints.strides,
      extent: "edges",
    },
    isBase: true,
  };
}
