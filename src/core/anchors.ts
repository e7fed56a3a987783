import { roundHalfEven } from "./round_half_even.ts";
import type { Size } from "./size.ts";

/**
 * Placement of anchors on the grids of a feature pyramid. Each grid (level) divides the input into
 * cells.
 */
export interface GridRule {
  /**
   * Position of the anchors' centre in a cell: 0 is the top left corner of the cell, 0.5 its
   * middle.
   */
  readonly centre: number;
  /**
   * Distance between neighbouring cells, in input pixels.
   *
   * - `nominal`: the stride that the rule declares for the level.
   * - `floor-input-over-grid`: input side divided by grid side, rounded down, for each axis
   *   (torchvision, `AnchorGenerator.forward`).
   * - `input-width-over-grid`: input width divided by grid width, rounded down, for both axes
   *   (odtk).
   */
  readonly strides: "nominal" | "floor-input-over-grid" | "input-width-over-grid";
  /**
   * Meaning of x2 and y2 of an anchor. `edges`: the right and bottom edge. `last-pixel`: the last
   * pixel inside the anchor, one less than the edge.
   */
  readonly extent: "edges" | "last-pixel";
}

/**
 * Rule that defines anchors by sizes and aspect ratios. Each pair of a size and a ratio is one
 * anchor.
 */
export interface SizesRule extends GridRule {
  /** Discriminant of {@linkcode AnchorRule}. */
  readonly kind: "sizes";
  /**
   * Levels, from the smallest cells to the largest. `stride`: side of a cell in input pixels.
   * `sizes`: square roots of the anchor areas.
   */
  readonly levels: readonly { readonly stride: number; readonly sizes: readonly number[] }[];
  /** Unit of the sizes: input pixels, or multiples of the stride. */
  readonly unit: "pixels" | "strides";
  /** Aspect ratios of the anchors: height divided by width. */
  readonly ratios: readonly number[];
  /**
   * Order of the anchors in a cell. `ratio-size`: all sizes of the first ratio, then all sizes of
   * the next ratio. `size-ratio`: all ratios of the first size, then all ratios of the next size.
   */
  readonly order: "ratio-size" | "size-ratio";
  /**
   * Rounding of the anchor corners. The corners are rounded before the anchor is moved to its cell.
   */
  readonly rounding: "none" | "half-even";
}

/** Rule that defines anchors by a list of widths and heights for each level. */
export interface ShapesRule extends GridRule {
  /** Discriminant of {@linkcode AnchorRule}. */
  readonly kind: "shapes";
  /**
   * Levels, from the smallest cells to the largest. `stride`: side of a cell in input pixels.
   * `shapes`: `[width, height]` of each anchor in input pixels.
   */
  readonly levels: readonly {
    readonly stride: number;
    readonly shapes: readonly (readonly [number, number])[];
  }[];
}

/** Rule that defines the anchors of a model for each input size. */
export type AnchorRule = SizesRule | ShapesRule;

/** Anchors of one level (grid) of a feature pyramid. */
export interface AnchorLevel {
  /** Number of columns and rows of cells. */
  readonly grid: Size;
  /** Anchors per cell. */
  readonly perCell: number;
  /** Size of the grid in input pixels: number of cells times stride. */
  readonly covered: Size;
  /**
   * Writes the corners of one anchor to `out`.
   *
   * @param index Index of the anchor. The anchors of a cell follow each other. Cells are counted
   *   from left to right, then from top to bottom. Anchor `a` of a cell has the index
   *   `(row * grid.width + column) * perCell + a`.
   * @param out Receives x1, y1, x2 and y2 of the anchor, in input pixels.
   */
  write(index: number, out: Float64Array): void;
}

/**
 * Returns the anchors of one level. The result computes each anchor on demand, and stores only the
 * anchors of one cell.
 *
 * @param level Index of the level. 0 is the level with the smallest cells.
 * @param input Size of the padded input tensor.
 * @param grid Number of columns and rows of cells.
 * @throws {RangeError} If `level` does not exist in the rule, or if the grid has no cell.
 *
 * @example
 * ```ts
 * import { anchorLevel, type ShapesRule } from "./anchors.ts";
 *
 * const rule: ShapesRule = {
 *   kind: "shapes",
 *   levels: [{ stride: 8, shapes: [[10, 4]] }],
 *   centre: 0.5,
 *   strides: "nominal",
 *   extent: "edges",
 * };
 * const level = anchorLevel(rule, 0, { width: 32, height: 16 }, { width: 4, height: 2 });
 * const anchor = new Float64Array(4);
 * level.write(5, anchor);
 * // Cell 5 is column 1 of row 1, and its centre is (12, 12).
 * if (anchor.join() !== "7,10,17,14") throw new Error(anchor.join());
 * ```
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
      out[0] = x + corners[at]!;
      out[1] = y + corners[at + 1]!;
      out[2] = x + corners[at + 2]!;
      out[3] = y + corners[at + 3]!;
    },
  };
}

/**
 * Computes the number of columns and rows of a level's grid. Used for graphs whose output shapes do
 * not contain these numbers.
 *
 * Rounds the numbers up, because a convolution with stride 2 and padding 1 also rounds up.
 *
 * @param stride Distance between neighbouring cells of the level in input pixels, as declared in
 *   the manifest.
 * @param input Size of the padded input tensor.
 */
export function levelGrid(stride: number, input: Size): Size {
  return { width: Math.ceil(input.width / stride), height: Math.ceil(input.height / stride) };
}

/**
 * Counts the anchors in each cell of a level.
 *
 * @throws {RangeError} If `level` does not exist in the rule.
 */
export function anchorsPerCell(rule: AnchorRule, level: number): number {
  return rule.kind === "sizes"
    ? rule.ratios.length * levelOf(rule.levels, level).sizes.length
    : levelOf(rule.levels, level).shapes.length;
}

/**
 * Returns the anchors of one cell, with their centre at the coordinates 0, 0.
 *
 * @param stride Stride of the level in input pixels. Used only if `rule.unit` is `strides`.
 * @returns Four numbers per anchor: x1, y1, x2, y2, in input pixels.
 * @throws {RangeError} If `level` does not exist in the rule.
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
 * // 101 / 2 is 50.5, which rounds to the even neighbour.
 * if (corners.join() !== "-50,-50,50,50") throw new Error(corners.join());
 * ```
 */
export function cellAnchors(rule: AnchorRule, level: number, stride: number): Float64Array {
  const shapes = rule.kind === "sizes"
    ? shapesOf(rule, levelOf(rule.levels, level).sizes, stride)
    : levelOf(rule.levels, level).shapes;
  const lastPixel = rule.extent === "last-pixel" ? 1 : 0;
  const round = rule.kind === "sizes" && rule.rounding === "half-even"
    ? roundHalfEven
    : (corner: number) => corner;
  return Float64Array.from(shapes.flatMap(([width, height]) => {
    const [right, bottom] = [width / 2, height / 2];
    return [-right, -bottom, right - lastPixel, bottom - lastPixel].map(round);
  }));
}

/** Returns the `[width, height]` of each anchor in a cell, in input pixels. */
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
    case "nominal": {
      const { stride } = levelOf<AnchorRule["levels"][number]>(levels, level);
      return { x: stride, y: stride };
    }
    case "floor-input-over-grid":
      return { x, y: Math.floor(input.height / grid.height) };
    case "input-width-over-grid":
      return { x, y: x };
  }
}

function levelOf<Level>(levels: readonly Level[], level: number): Level {
  const found = levels[level];
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot lay anchors as the rule has ${levels.length} levels: current level is ${level}`,
  );
}
