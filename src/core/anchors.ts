import { roundHalfEven } from "./round_half_even.ts";
import type { Size } from "./size.ts";

/** One pyramid level as a model declares it. */
export interface LevelRule {
  /** Nominal stride in input pixels; the grid of the level is ceil(input / stride). */
  readonly stride: number;
  /** Anchor sizes (square root of the area) in input pixels. */
  readonly sizes: readonly number[];
}

/** How a model lays its anchors. */
export interface AnchorRule {
  /** The pyramid, finest level first. */
  readonly levels: readonly LevelRule[];
  /** Height over width. */
  readonly ratios: readonly number[];
  /** Which of the two varies slowest within a cell. */
  readonly order: "ratio-size" | "size-ratio";
  /** What becomes of the corners of a cell anchor. */
  readonly rounding: "none" | "half-even";
  /** Centre of a cell's anchors, in strides from the cell's top left corner. */
  readonly centre: number;
  /** `nominal` takes `stride` as it is; `floor-input-over-grid` recovers it per axis. */
  readonly strides: "nominal" | "floor-input-over-grid";
}

/** The anchors of one level, ready to be computed one by one. */
export interface AnchorLevel {
  /** Cells of the level. */
  readonly grid: Size;
  /** Anchors per cell. */
  readonly perCell: number;
  /** `[A, 4]` xyxy around the origin, input pixels. */
  readonly cellAnchors: Float64Array;
  /** Input pixels from cell to cell. */
  readonly strideX: number;
  /** Input pixels from row to row. */
  readonly strideY: number;
  /** Centre of the first cell, input pixels. */
  readonly originX: number;
  /** Centre of the first cell, input pixels. */
  readonly originY: number;
}

/**
 * The anchors of one level over its grid.
 *
 * @param input Size of the padded input tensor.
 * @throws {RangeError} If the level's grid has no cell.
 */
export function anchorLevel(
  rule: AnchorRule,
  level: LevelRule,
  input: Size,
  grid: Size,
): AnchorLevel {
  if (!(grid.width >= 1 && grid.height >= 1)) {
    throw new RangeError(
      `Cannot lay anchors as a level must have at least one cell: its grid is ${grid.width}x${grid.height}`,
    );
  }
  const recovered = rule.strides === "floor-input-over-grid";
  const strideX = recovered ? Math.floor(input.width / grid.width) : level.stride;
  const strideY = recovered ? Math.floor(input.height / grid.height) : level.stride;
  return {
    grid,
    perCell: rule.ratios.length * level.sizes.length,
    cellAnchors: cellAnchors(rule, level.sizes),
    strideX,
    strideY,
    originX: rule.centre * strideX,
    originY: rule.centre * strideY,
  };
}

/** Grid of a level where the graph does not tell it: a stride-2 convolution rounds up. */
export function levelGrid(level: LevelRule, input: Size): Size {
  return {
    width: Math.ceil(input.width / level.stride),
    height: Math.ceil(input.height / level.stride),
  };
}

/**
 * Anchors of one cell, around the origin.
 *
 * @returns `[A, 4]` xyxy, input pixels.
 *
 * @example
 * ```ts
 * import { cellAnchors } from "./anchors.ts";
 *
 * const rule = { ratios: [1], order: "ratio-size", rounding: "half-even" } as const;
 * // 101 / 2 = 50.5, which goes to the even neighbour.
 * if (cellAnchors(rule, [101]).join() !== "-50,-50,50,50") throw new Error("corners not half to even");
 * ```
 */
export function cellAnchors(
  rule: Pick<AnchorRule, "ratios" | "order" | "rounding">,
  sizes: readonly number[],
): Float64Array {
  const shapes = rule.order === "ratio-size"
    ? rule.ratios.flatMap((ratio) => sizes.map((size) => ({ ratio, size })))
    : sizes.flatMap((size) => rule.ratios.map((ratio) => ({ ratio, size })));
  const round = rule.rounding === "half-even" ? roundHalfEven : (corner: number) => corner;
  return Float64Array.from(shapes.flatMap(({ ratio, size }) => {
    const right = size / Math.sqrt(ratio) / 2;
    const bottom = size * Math.sqrt(ratio) / 2;
    return [-right, -bottom, right, bottom].map(round);
  }));
}

/**
 * Writes one anchor of a level.
 *
 * @param index `(row · W + column) · A + a`.
 * @param out `[4]` xyxy, input pixels.
 */
export function writeAnchor(level: AnchorLevel, index: number, out: Float64Array): void {
  const cell = Math.floor(index / level.perCell);
  const row = Math.floor(cell / level.grid.width);
  const x = level.originX + (cell - row * level.grid.width) * level.strideX;
  const y = level.originY + row * level.strideY;
  const shape = (index - cell * level.perCell) * 4;
  out[0] = x + level.cellAnchors[shape];
  out[1] = y + level.cellAnchors[shape + 1];
  out[2] = x + level.cellAnchors[shape + 2];
  out[3] = y + level.cellAnchors[shape + 3];
}
