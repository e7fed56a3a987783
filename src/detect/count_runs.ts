import { planViews } from "../core/plan_views.ts";
import type { Size } from "../core/size.ts";
import { readHeader } from "../image/formats/read_header.ts";
import { DEFAULT_MAX_TILES, type ImageLimits } from "../image/limits.ts";
import type { ImageInput } from "../image/raw_image.ts";
import { uprightSize } from "../image/upright_size.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { DetectOptions } from "../ports/detector.ts";
import { resolveTiling } from "./resolve_tiling.ts";

/**
 * Returns a function that counts how many times a call runs the graph: once, or once for each tile
 * and once for the whole image. The image is not decoded.
 *
 * The count is an upper limit, because `auto` takes fewer tiles if there is little memory for
 * decoding. An image that cannot be read counts as one run: the detector reports the error.
 *
 * @returns Function that throws a `DomainError`, if the tiles are invalid or too many.
 */
export function runCounter(
  { resize, pad }: Pick<Manifest, "resize" | "pad">,
  { maxTiles = DEFAULT_MAX_TILES }: Pick<ImageLimits, "maxTiles">,
): (image: ImageInput, options: DetectOptions) => number {
  return (image, options) => {
    const tiling = options.tiles === undefined ? null : resolveTiling(options);
    if (tiling === null) return 1;
    const source = sizeOf(image);
    if (source === null) return 1;
    return planViews(source, tiling, { resize, pad, maxTiles }).windows.length;
  };
}

/** Returns the size of the upright image, or null if the size cannot be read. */
function sizeOf(image: ImageInput): Size | null {
  if (!ArrayBuffer.isView(image)) {
    const { width, height } = image;
    const isSide = (length: number) => Number.isSafeInteger(length) && length >= 1;
    return isSide(width) && isSide(height) ? { width, height } : null;
  }
  try {
    return uprightSize(readHeader(image));
  } catch {
    return null;
  }
}
