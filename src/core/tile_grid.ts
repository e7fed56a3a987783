import type { Size } from "./size.ts";
import type { SourceWindow } from "./source_window.ts";

/** Numbers of columns and rows of tiles that cover an image. */
export interface TileGrid {
  /** Number of tiles side by side. At least 1. */
  readonly columns: number;
  /** Number of tiles below each other. At least 1. */
  readonly rows: number;
}

/** Form of a grid in texts. */
const GRID_FORM = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/;

/**
 * Parses a grid in the form `COLUMNSxROWS`.
 *
 * @returns Null if the text has another form, or if a number is 0.
 *
 * @example
 * ```ts
 * import { parseGrid } from "./tile_grid.ts";
 *
 * const grid = parseGrid("4x3");
 * if (grid?.columns !== 4 || grid.rows !== 3) throw new Error("4x3 has 4 columns and 3 rows");
 * if (parseGrid("4x0") !== null) throw new Error("a grid has at least one row");
 * ```
 */
export function parseGrid(text: string): TileGrid | null {
  const [, columns, rows] = GRID_FORM.exec(text) ?? [];
  if (columns === undefined || rows === undefined) return null;
  return { columns: Number(columns), rows: Number(rows) };
}

/**
 * Plans tiles that cover an image. All tiles have the same size in whole pixels.
 *
 * Neighbouring tiles share at least the fraction `overlap` of their width or height. An object that
 * is smaller than the shared part is therefore whole in at least one tile.
 *
 * @param source Size of the image in pixels.
 * @param grid Numbers of columns and rows. An image with fewer pixels than columns or rows gets
 *   fewer tiles.
 * @param overlap Overlap of neighbouring tiles, 0 to 0.5.
 * @returns Tiles row by row, from left to right.
 *
 * @example
 * ```ts
 * import { planTiles } from "./tile_grid.ts";
 *
 * // Two tiles of 100 pixels share 20 pixels, a fifth of a tile: 100 + 100 - 20 = 180.
 * const tiles = planTiles({ width: 180, height: 100 }, { columns: 2, rows: 1 }, 0.2);
 * const lefts = tiles.map(({ left }) => left);
 * if (lefts.join() !== "0,80") throw new Error(lefts.join());
 * ```
 */
export function planTiles(source: Size, grid: TileGrid, overlap: number): SourceWindow[] {
  const across = planAxis(source.width, grid.columns, overlap);
  const down = planAxis(source.height, grid.rows, overlap);
  return down.starts.flatMap((top) =>
    across.starts.map((left) => ({ left, top, width: across.size, height: down.size }))
  );
}

/** Options of {@linkcode autoGrid}. */
export interface AutoGridOptions {
  /** Overlap of neighbouring tiles, 0 to 0.5. */
  readonly overlap: number;
  /** Maximum number of tiles. */
  readonly maxTiles: number;
  /** Returns the number of input pixels per source pixel for a tile of this size. */
  readonly scaleOf: (tile: Size) => number;
  /**
   * Returns true if there is enough memory for tiles of this size.
   *
   * @default () => true
   */
  readonly fits?: ((tile: Size) => boolean) | undefined;
}

/**
 * Maximum number of tiles of an automatic grid, even if the caller allows more. The time of the
 * choice grows with this number.
 */
const MAX_AUTO_TILES = 256;

/** Share of the best detail that is good enough if it takes fewer tiles. */
const GOOD_ENOUGH = 0.95;

/**
 * Chooses the grid in which the model sees nearly the most detail of an image with the fewest tiles.
 *
 * The detail is the number of input pixels per source pixel. More than one input pixel per source
 * pixel shows nothing new and counts as one. An image that the model sees in full detail is one
 * tile.
 */
export function autoGrid(source: Size, options: AutoGridOptions): TileGrid {
  const { scaleOf, fits = () => true } = options;
  const whole = { columns: 1, rows: 1, scale: Math.min(1, scaleOf(source)) };
  const grids = [whole];
  for (const { columns, rows, tile } of gridsOf(source, options)) {
    if (fits(tile)) grids.push({ columns, rows, scale: Math.min(1, scaleOf(tile)) });
  }
  const best = Math.max(...grids.map(({ scale }) => scale));
  const good = grids.filter(({ scale }) => scale >= GOOD_ENOUGH * best);
  good.sort((a, b) => a.columns * a.rows - b.columns * b.rows || b.scale - a.scale);
  const [{ columns, rows } = whole] = good;
  return { columns, rows };
}

/** Yields all grids within the limits, with the size of their tiles. */
function* gridsOf(
  { width, height }: Size,
  { overlap, maxTiles }: AutoGridOptions,
): Generator<TileGrid & { readonly tile: Size }, void> {
  const limit = Math.min(maxTiles, MAX_AUTO_TILES);
  for (let columns = 1; columns <= Math.min(limit, width); columns++) {
    const across = planAxis(width, columns, overlap).size;
    for (let rows = 1; rows <= Math.min(limit / columns, height); rows++) {
      yield {
        columns,
        rows,
        tile: { width: across, height: planAxis(height, rows, overlap).size },
      };
    }
  }
}

/** Positions of the tiles along one axis, in whole pixels. */
interface AxisPlan {
  /** Start of each tile. */
  readonly starts: readonly number[];
  /** Length of each tile. */
  readonly size: number;
}

/**
 * Plans tiles along one axis. `count` tiles of the length `size` that share `overlap · size` cover
 * `size · (count − (count − 1) · overlap)` pixels. Whole pixels may need a slightly longer tile.
 */
function planAxis(length: number, wanted: number, overlap: number): AxisPlan {
  const count = Math.min(wanted, length);
  if (count === 1) return { starts: [0], size: length };
  const gaps = count - 1;
  const longestStep = (size: number) => Math.ceil((length - size) / gaps);
  let size = Math.ceil(length / (count - gaps * overlap));
  while (size < length && size - longestStep(size) < overlap * size) size++;
  // The last tile ends with the image. The other tiles have equal distances, rounded down.
  const starts = Array.from({ length: count }, (_, i) => Math.floor(i * (length - size) / gaps));
  return { starts: [...new Set(starts)], size };
}
