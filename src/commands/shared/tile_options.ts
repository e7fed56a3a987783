import { z } from "zod";
import {
  DEFAULT_TILING,
  OVERLAP_RANGE,
  TILE_MERGES,
  TILES_FORM,
  TILES_PATTERN,
  type Tiling,
} from "../../core/tile_options.ts";
import { DEFAULT_MAX_TILES } from "../../image/limits.ts";
import type { DetectOptions } from "../../ports/detector.ts";
import { numberOption } from "./number_option.ts";

/** Options `--tiles`, `--overlap`, `--merge` and `--whole`. */
export const tileOptions = {
  tiles: z.string().regex(TILES_PATTERN, `must be ${TILES_FORM}`).optional().meta({
    value: "GRID",
    description: "divide each image into tiles, for small objects: auto, or columns and rows " +
      "such as 4x3",
  }),
  overlap: numberOption(z.number().min(OVERLAP_RANGE.min).max(OVERLAP_RANGE.max)).optional().meta({
    value: "F",
    description: `overlap of the tiles, 0 to 0.5 of a tile's side (${DEFAULT_TILING.overlap})`,
  }),
  merge: z.enum(TILE_MERGES).optional().meta({
    value: "HOW",
    description: "nms or wbf: how boxes of different tiles are merged (nms)",
  }),
  whole: z.enum(["true", "false"]).optional().transform((text) => text && text === "true").meta({
    value: "B",
    description: "true or false: detect on the whole image, too (true)",
  }),
};

/** Values of {@linkcode tileOptions}. */
export type TileValues = Pick<DetectOptions, keyof typeof tileOptions>;

/** Returns the options of a call from the values of {@linkcode tileOptions}. */
export function tilesOf({ tiles, overlap, merge, whole }: TileValues): TileValues {
  return { tiles, overlap, merge, whole };
}

/**
 * Returns the maximum number of tiles: as many as the user asks for, because the program serves only
 * this user. `auto` takes no more tiles than on a server.
 */
export function maxTilesOf(grid: Tiling["grid"] | null): number {
  if (grid === null || grid === "auto") return DEFAULT_MAX_TILES;
  return Math.max(DEFAULT_MAX_TILES, grid.columns * grid.rows);
}
