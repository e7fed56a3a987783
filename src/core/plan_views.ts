import { DomainError } from "./domain_error.ts";
import { createResizePlan } from "./resize_plan.ts";
import type { PadRule, ResizeRule } from "./resize_rules.ts";
import type { Size } from "./size.ts";
import type { SourceWindow } from "./source_window.ts";
import { autoGrid, planTiles, type TileGrid } from "./tile_grid.ts";
import type { Tiling } from "./tile_options.ts";

/** Parts of an image on which the model runs, one run for each. */
export interface Views {
  /** Grid of the tiles. */
  readonly grid: TileGrid;
  /** Size of each tile in source pixels. */
  readonly tile: Size;
  /** The whole image, if the model runs on it, and then the tiles row by row. */
  readonly windows: readonly SourceWindow[];
}

/** Options of {@linkcode planViews}. */
export interface ViewOptions {
  /** Resize rule of the model. */
  readonly resize: ResizeRule;
  /** Padding rule of the model. */
  readonly pad: PadRule;
  /** Maximum number of tiles. */
  readonly maxTiles: number;
  /** Returns true if there is enough memory for tiles of this size. Unset: there always is. */
  readonly fits?: ((tile: Size) => boolean) | undefined;
}

/**
 * Plans the views of an image: the tiles, and the whole image unless the tiling leaves it out. A
 * grid of one tile has only one view.
 *
 * @param source Size of the image after its EXIF orientation is applied, in source pixels.
 * @throws {DomainError} `too-many-tiles`, if the grid has more tiles than allowed.
 */
export function planViews(
  source: Size,
  { grid: wanted, overlap, whole }: Pick<Tiling, "grid" | "overlap" | "whole">,
  { resize, pad, maxTiles, fits }: ViewOptions,
): Views {
  const scaleOf = (tile: Size) => {
    const { ratio, scaled } = createResizePlan(tile, resize, pad);
    return ratio ?? Math.min(scaled.width / tile.width, scaled.height / tile.height);
  };
  if (wanted !== "auto") checkTileCount(wanted, maxTiles);
  const grid = wanted === "auto" ? autoGrid(source, { overlap, maxTiles, scaleOf, fits }) : wanted;
  const tiles = planTiles(source, grid, overlap);
  const [{ width, height } = source] = tiles;
  const windows = whole && tiles.length > 1 ? [{ left: 0, top: 0, ...source }, ...tiles] : tiles;
  // An image with few pixels has fewer tiles than the grid.
  const columns = tiles.filter(({ top }) => top === 0).length;
  const rows = tiles.length / columns;
  return { grid: { columns, rows }, tile: { width, height }, windows };
}

/**
 * Refuses a grid with too many tiles.
 *
 * @throws {DomainError} `too-many-tiles`.
 */
function checkTileCount({ columns, rows }: TileGrid, maxTiles: number): void {
  if (columns * rows <= maxTiles) return;
  throw new DomainError(
    "too-many-tiles",
    `Cannot detect as there must be at most ${maxTiles} tiles: current value is ` +
      `${columns * rows} (${columns}x${rows}). Ask for a smaller grid, or for "auto".`,
  );
}
