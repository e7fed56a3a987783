import { roundHalfEven } from "./round_half_even.ts";
import type { Size } from "./size.ts";

/** How a model lays its anchors over the grids of its pyramid. */
export interface GridRule {
  /** Centre of a cell's anchors, in strides from the cell's top left corner. */
  readonly centre: number;
  /**
   * How far it is from cell to cell: `nominal` as declared; recovered from the grid per axis, or
   * for both axes from the widths.
   */
  readonly strides: "nominal" | "floor-input-over-grid" | "input-width-over-grid";
  /** Whether an anchor ends at its edge, or at its last pixel, one less. */
  readonly extent: "edges" | "last-pixel";
}

/** Anchors as every size in every ratio. */
export interface SizesRule extends GridRule {
  /** Names the variant. */
  readonly kind: "sizes";
  /** The pyramid, finest level first: stride in input pixels, sizes (square root of the area). */
  readonly levels: readonly { readonly stride: number; readonly sizes: readonly number[] }[];
  /** Whether sizes are input pixels or multiples of the stride. */
  readonly unit: "pixels" | "strides";
  /** Height over width. */
  readonly ratios: readonly number[];
  /** Which of the two varies slowest within a cell. */
  readonly order: "ratio-size" | "size-ratio";
  /** What becomes of the corners of a cell anchor. */
  readonly rounding: "none" | "half-even";
}

/** Anchors as a list of widths and heights per level. */
export interface ShapesRule extends GridRule {
  /** Names the variant. */
  readonly kind: "shapes";
  /** The pyramid, finest level first: stride and `[width, height]` in input pixels. */
  readonly levels: readonly {
    readonly stride: number;
    readonly shapes: readonly (readonly [number, number])[];
  }[];
}

/** Anchors that can be computed from a grid. */
export type AnchorRule = SizesRule | ShapesRule;

/** The anchors of one level. */
export interface AnchorLevel {
  /** Cells of the level. */
  readonly grid: Size;
  /** Anchors per cell. */
  readonly perCell: number;
  /** Input pixels that the grid covers, cell by cell. */
  readonly covered: Size;
  /**
   * Writes one anchor.
   *
   * @param index `(row · W + column) · A + a`.
   * @param out `[4]` xyxy, input pixels.
   */
  write(index: number, out: Float64Array): void;
}

/**
 * The anchors of one level over its grid, computed one by one as they are asked for.
 *
 * @param level Index of the level.
 * @param input Size of the padded input tensor.
 * @throws {RangeError} If the level's grid has no cell.
 */
export function anchorLevel(
  rule: AnchorRule,
  level: number,
  input: Size,
  grid: Size,
): AnchorLevel {
  if (!(grid.width >= 1 && grid.height >= 1)) {
    throw new RangeError(
      `Cannot lay anchors as a level must have at least one cell: its grid is ${grid.width}x${grid.height}`,
    );
  }
  const stride = strideOf(rule, level, input, grid);
  const corners = cellAnchors(rule, level, stride.x);
  const perCell = corners.length / 4;
  return {
    grid,
    perCell,
    covered: { width: grid.width * stride.x, height: grid.height * stride.y },
    write(index, out) {
      const cell = Math.floor(index / perCell);
      const row = Math.floor(cell / grid.width);
      const x = (cell - row * grid.width + rule.centre) * stride.x;
      const y = (row + rule.centre) * stride.y;
      const at = (index - cell * perCell) * 4;
      out[0] = x + corners[at];
      out[1] = y + corners[at + 1];
      out[2] = x + corners[at + 2];
      out[3] = y + corners[at + 3];
    },
  };
}

/** Grid of a level where the graph does not tell it: a stride-2 convolution rounds up. */
export function levelGrid(stride: number, input: Size): Size {
  return { width: Math.ceil(input.width / stride), height: Math.ceil(input.height / stride) };
}

/** Anchors in each cell of a level. */
export function anchorsPerCell(rule: AnchorRule, level: number): number {
  return rule.kind === "sizes"
    ? rule.ratios.length * rule.levels[level].sizes.length
    : rule.levels[level].shapes.length;
}

/**
 * Anchors of one cell, around the origin.
 *
 * @param stride Of the level, for sizes in strides.
 * @returns `[A, 4]` xyxy, input pixels.
 *
 * @example
 * ```ts
 * import { cellAnchors } from "./anchors.ts";
 *
 * const corners = cellAnchors({
 *   kind: "sizes",
 *   levels: [{ stride: 8, sizes: [101] }],
 *   unit: "pixels",
 *   ratios: [1],
 *   order: "ratio-size",
 *   rounding: "half-even",
 *   centre: 0,
 *   strides: "nominal",
 *   extent: "edges",
 * }, 0, 8);
 * // 101 / 2 = 50.5, which goes to the even neighbour.
 * if (corners.join() !== "-50,-50,50,50") throw new Error("corners not half to even");
 * ```
 */
export function cellAnchors(rule: AnchorRule, level: number, stride: number): Float64Array {
  const shapes = rule.kind === "sizes"
    ? shapesOf(rule, rule.levels[level].sizes, stride)
    : rule.levels[level].shapes;
  const last = rule.extent === "last-pixel" ? 1 : 0;
  const round = rule.kind === "sizes" && rule.rounding === "half-even"
    ? roundHalfEven
    : (corner: number) => corner;
  return Float64Array.from(shapes.flatMap(([width, height]) => {
    const [right, bottom] = [width / 2, height / 2];
    return [-right, -bottom, right - last, bottom - last].map(round);
  }));
}

/** Width and height of every size in every ratio. */
function shapesOf(rule: SizesRule, sizes: readonly number[], stride: number): [number, number][] {
  const { ratios, order } = rule;
  const unit = rule.unit === "strides" ? stride : 1;
  const shape = (size: number, ratio: number): [number, number] => [
    size * unit / Math.sqrt(ratio),
    size * unit * Math.sqrt(ratio),
  ];
  return order === "ratio-size"
    ? ratios.flatMap((ratio) => sizes.map((size) => shape(size, ratio)))
    : sizes.flatMap((size) => ratios.map((ratio) => shape(size, ratio)));
}

function strideOf({ strides, levels }: AnchorRule, level: number, input: Size, grid: Size) {
  const x = Math.floor(input.width / grid.width);
  switch (strides) {
    case "nominal":
      return { x: levels[level].stride, y: levels[level].stride };
    case "floor-input-over-grid":
      return { x, y: Math.floor(input.height / grid.height) };
    case "input-width-over-grid":
      return { x, y: x };
  }
}
