import { anchorLevel, type GridRule, levelGrid, type ShapesRule } from "../core/anchors.ts";
import type { Size } from "../core/size.ts";

/** Anchors of one level, as a rule. */
export interface LevelTable {
  /** Side of a cell, in input pixels. */
  readonly stride: number;
  /** Width and height of each anchor of a cell, in input pixels. */
  readonly shapes: readonly [number, number][];
  /** Position of the anchors' centre in a cell, 0 to 1. */
  readonly centre: number;
}

/** Place of a level in the input. */
export interface TablePlace {
  /** Side of a cell, in input pixels. */
  readonly stride: number;
  /** Number of anchors per cell. */
  readonly perCell: number;
  /** Size of the input, in pixels. */
  readonly size: Size;
  /** Distance between neighbouring cells. */
  readonly placement: GridRule["strides"];
}

/**
 * Maximum difference between the edge of a computed anchor and the same edge in a constant of the
 * graph, in input pixels.
 */
const TOLERANCE = 0.01;

/** Returns the number of anchors of a level. */
export function tableRows(stride: number, perCell: number, size: Size): number {
  const { width, height } = levelGrid(stride, size);
  return width * height * perCell;
}

/**
 * Finds the rule that computes the anchors of one level.
 *
 * Makes the rule from the anchors of the first cell. Accepts the rule only if it computes all
 * anchors. The anchors of a cell may follow each other, or all cells of an anchor may follow each
 * other.
 *
 * @param corners x1, y1, x2, y2 of all anchors of the level, in input pixels.
 * @returns Null if no rule computes the anchors.
 */
export function ruleOfTable(corners: Float32Array, place: TablePlace): LevelTable | null {
  const rows = corners.length / 4;
  if (rows !== tableRows(place.stride, place.perCell, place.size)) return null;
  const byCell = (index: number) => index;
  const byAnchor = (index: number) =>
    index % place.perCell * (rows / place.perCell) + Math.floor(index / place.perCell);
  return followedRule(corners, place, byCell) ?? followedRule(corners, place, byAnchor);
}

/** @param rowOf Returns the row of an anchor. Anchors are counted cell by cell. */
function followedRule(
  corners: Float32Array,
  { stride, perCell, size, placement }: TablePlace,
  rowOf: (index: number) => number,
): LevelTable | null {
  const grid = levelGrid(stride, size);
  const shapes: [number, number][] = [];
  for (let index = 0; index < perCell; index++) {
    const at = rowOf(index) * 4;
    shapes.push([corners[at + 2]! - corners[at]!, corners[at + 3]! - corners[at + 1]!]);
  }
  if (!shapes.flat().every((side) => side > 0)) return null;
  const ruleAt = (centre: number): ShapesRule => {
    return {
      kind: "shapes",
      levels: [{ stride, shapes }],
      centre,
      strides: placement,
      extent: "edges",
    };
  };
  const { covered } = anchorLevel(ruleAt(0), 0, size, grid);
  const distance = covered.width / grid.width;
  const first = rowOf(0) * 4;
  const centre = Math.round((corners[first]! + corners[first + 2]!) / 2 / distance * 1000) / 1000;
  if (!(centre >= 0 && centre <= 1)) return null;
  const level = anchorLevel(ruleAt(centre), 0, size, grid);
  const anchor = new Float64Array(4);
  for (let index = 0; index < corners.length / 4; index++) {
    level.write(index, anchor);
    const at = rowOf(index) * 4;
    for (let edge = 0; edge < 4; edge++) {
      if (!(Math.abs(anchor[edge]! - corners[at + edge]!) < TOLERANCE)) return null;
    }
  }
  return { stride, shapes, centre };
}
