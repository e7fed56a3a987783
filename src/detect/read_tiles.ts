import { planViews } from "../core/plan_views.ts";
import { createResizePlan, type ResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import type { SourceWindow } from "../core/source_window.ts";
import type { TileGrid } from "../core/tile_grid.ts";
import type { Tiling } from "../core/tile_options.ts";
import { cropView } from "../image/crop_view.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { DEFAULT_MAX_TILES, type ImageLimits } from "../image/limits.ts";
import type { ImageInput } from "../image/raw_image.ts";
import { uprightSize } from "../image/upright_size.ts";
import type { UprightView } from "../image/upright_view.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ImageCodec } from "../ports/image_codec.ts";
import {
  checkedHeader,
  decodeAtLeast,
  isReducible,
  type PlannedImage,
  rawView,
} from "./preprocess.ts";

/** Pixels of an image, and the views on which the model runs. */
export interface TiledImage {
  /** Pixels of the whole image with the EXIF orientation applied. */
  readonly view: UprightView;
  /** Size of the upright image in source pixels. */
  readonly source: Size;
  /** Grid of the tiles. */
  readonly grid: TileGrid;
  /** The whole image, if the model runs on it, and then the tiles. */
  readonly windows: readonly SourceWindow[];
}

/**
 * Reads an image and plans its tiles. An encoded image is decoded once, at the smallest scale that
 * shows the model all details of a tile.
 *
 * An automatic grid becomes coarser if the memory for decoding is not enough for the best grid.
 *
 * @throws {DomainError} `too-many-tiles`; or if the image exceeds a limit or cannot be decoded.
 */
export function readTiles(
  image: ImageInput,
  tiling: Tiling,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): TiledImage {
  const { maxTiles = DEFAULT_MAX_TILES, maxDecodedBytes } = limits;
  const { resize, pad } = manifest;
  const rules = { resize, pad, maxTiles };
  if (!ArrayBuffer.isView(image)) {
    const view = rawView(image, manifest, limits);
    const source = { width: view.width, height: view.height };
    const { grid, windows } = planViews(source, tiling, rules);
    return { view, source, grid, windows };
  }
  const header = checkedHeader(image, codec, limits);
  const source = uprightSize(header);
  const storedFor = (tile: Size) => uprightSize({ ...header, ...sizeFor(source, tile, manifest) });
  const fits = (tile: Size) => decodedBytes(header, storedFor(tile)) <= maxDecodedBytes;
  const { grid, tile, windows } = planViews(source, tiling, { ...rules, fits });
  const view = decodeAtLeast(image, header, storedFor(tile), manifest, codec, limits);
  return { view, source, grid, windows };
}

/** Returns the pixels of one view, and the plan for resizing the view. */
export function viewOf(
  { view, source }: Pick<TiledImage, "view" | "source">,
  window: SourceWindow,
  manifest: Manifest,
): PlannedImage {
  return { view: cropView(view, source, window), plan: planOf(window, manifest) };
}

function planOf({ width, height }: Size, { resize, pad }: Manifest): ResizePlan {
  return createResizePlan({ width, height }, resize, pad);
}

/**
 * Returns the minimum size at which an image must be decoded so that a tile has at least as many
 * pixels as the model sees of it.
 */
function sizeFor(source: Size, tile: Size, manifest: Manifest): Size {
  const plan = planOf(tile, manifest);
  if (!isReducible(manifest, plan)) return source;
  const side = (length: number, part: number, resized: number) =>
    part === length ? resized : Math.ceil(length * resized / part);
  return {
    width: side(source.width, tile.width, plan.resized.width),
    height: side(source.height, tile.height, plan.resized.height),
  };
}
