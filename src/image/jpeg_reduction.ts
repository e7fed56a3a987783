import type { Size } from "../core/size.ts";
import type { Reduction } from "./pixels.ts";

const REDUCTIONS: readonly Reduction[] = [8, 4, 2, 1];

/**
 * Returns the largest reduction (8, 4, 2 or 1) at which the decoded JPEG is at least as large as
 * `atLeast`.
 *
 * JPEG decoders can decode at 1/8, 1/4 and 1/2 of the size. A smaller size takes less time and
 * memory.
 *
 * @param stored Size in the JPEG header, before EXIF orientation is applied.
 * @param atLeast Minimum size of the decoded image, before EXIF orientation is applied.
 *
 * @example
 * ```ts
 * import { jpegReduction } from "./jpeg_reduction.ts";
 *
 * const reduction = jpegReduction({ width: 4000, height: 3000 }, { width: 320, height: 240 });
 * // 500x375 pixels still cover 320x240.
 * if (reduction !== 8) throw new Error(`reduction is ${reduction}`);
 * ```
 */
export function jpegReduction(stored: Size, atLeast: Size): Reduction {
  return REDUCTIONS.find((reduction) => {
    const { width, height } = reducedSize(stored, reduction);
    return width >= atLeast.width && height >= atLeast.height;
  }) ?? 1;
}

/**
 * Returns the size of a JPEG at a reduced scale.
 *
 * Sides are rounded up, so the pixels of the last column and row may stand for fewer source pixels.
 *
 * @param stored Size in the JPEG header, before EXIF orientation is applied.
 */
export function reducedSize(stored: Size, reduction: Reduction): Size {
  return {
    width: Math.ceil(stored.width / reduction),
    height: Math.ceil(stored.height / reduction),
  };
}
