import { parseGrid, type TileGrid } from "./tile_grid.ts";

/** Ways to merge the boxes of several tiles: NMS, or weighted boxes fusion. */
export const TILE_MERGES = ["nms", "wbf"] as const;

/** One of {@linkcode TILE_MERGES}. */
export type TileMerge = (typeof TILE_MERGES)[number];

/** Minimum and maximum of the overlap of neighbouring tiles, as a fraction of a tile's side. */
export const OVERLAP_RANGE = { min: 0, max: 0.5 };

/** Division of an image into tiles. */
export interface Tiling {
  /** Grid of the tiles. `auto`: the size of the image and of the model's input decide. */
  readonly grid: TileGrid | "auto";
  /** Overlap of neighbouring tiles, as a fraction of a tile's side. */
  readonly overlap: number;
  /** Way to merge the boxes of the tiles. */
  readonly merge: TileMerge;
  /** True if the model also runs on the whole image. */
  readonly whole: boolean;
}

/** Properties of a tiling that the caller leaves unset. */
export const DEFAULT_TILING = { overlap: 0.2, merge: "nms", whole: true } as const;

/** Description of the values of the option `tiles`, for error messages. */
export const TILES_FORM = '"auto", or columns and rows such as "4x3"';

/** Form of the option `tiles` as a text. */
export const TILES_PATTERN: RegExp = /^(auto|[1-9]\d{0,3}x[1-9]\d{0,3})$/;

/** Parses the option `tiles`. Returns null if the value is neither `auto` nor a grid. */
export function parseTiles(value: unknown): Tiling["grid"] | null {
  if (typeof value !== "string") return null;
  return value === "auto" ? "auto" : parseGrid(value);
}
