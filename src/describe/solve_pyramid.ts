import type { Size } from "../core/size.ts";

/**
 * Number of rows that an output has at one input size. The output has one row for each anchor, and
 * contains the anchors of all levels of the feature pyramid.
 */
export interface RowCount {
  /** Size of the input in pixels. */
  readonly size: Size;
  /** Number of rows, one per anchor. */
  readonly rows: number;
}

/** Levels of a feature pyramid. */
export interface Pyramid {
  /** Side of a cell of each level in input pixels, ascending. */
  readonly strides: readonly number[];
  /** Number of anchors per cell. */
  readonly perCell: number;
}

/**
 * Strides that the levels of a feature pyramid may have, in input pixels. The usual names of these
 * levels are P2 (stride 4) to P9 (stride 512).
 */
const STRIDES = [4, 8, 16, 32, 64, 128, 256, 512] as const;

/**
 * Maximum number of anchors per cell.
 *
 * Known detectors with feature pyramids have 1 to 15 anchors per cell.
 */
const MAX_PER_CELL = 20;

/**
 * Finds the feature pyramids that fit the number of rows of an output at each input size. Each row
 * of the output is one anchor.
 *
 * Each level has twice the stride of the level before. Two pyramids can fit one input size: a
 * pyramid with halved strides has 4 times as many cells, each with a quarter of the anchors. A
 * second input size that is not a multiple of all strides shows which pyramid is right.
 *
 * @returns Pyramids with at least two levels, those with the most levels first. Empty if none fits.
 */
export function solvePyramids(counts: readonly RowCount[]): Pyramid[] {
  const runs = STRIDES.flatMap((_, first) =>
    STRIDES.slice(first + 1).map((_, more) => STRIDES.slice(first, first + more + 2))
  );
  return runs
    .flatMap((strides) => {
      const perCell = perCellOf(strides, counts);
      return perCell === null || perCell > MAX_PER_CELL ? [] : [{ strides, perCell }];
    })
    .sort((a, b) => b.strides.length - a.strides.length);
}

/**
 * Returns the number of anchors per cell of a feature pyramid with the given strides.
 *
 * @returns Null if the number of rows is not a multiple of the number of cells, or if the input
 *   sizes give different numbers of anchors.
 */
export function perCellOf(
  strides: readonly number[],
  counts: readonly RowCount[],
): number | null {
  const ratios = counts.map(({ size, rows }) => rows / cellsOf(strides, size));
  const [first = 0.5] = ratios;
  return Number.isInteger(first) && ratios.every((ratio) => ratio === first) ? first : null;
}

/**
 * Counts the cells of all levels. Rounds the number of rows and columns of each level up, like
 * strided convolutions do.
 */
function cellsOf(strides: readonly number[], { width, height }: Size): number {
  return strides.reduce((sum, stride) => {
    return sum + Math.ceil(width / stride) * Math.ceil(height / stride);
  }, 0);
}
