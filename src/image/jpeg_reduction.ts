import type { Size } from "../core/size.ts";
import type { Pixels } from "./pixels.ts";

const REDUCTIONS: readonly Pixels["reduction"][] = [8, 4, 2, 1];

/**
 * Finds the smallest of 1/8, 1/4, 1/2 and 1/1 at which a JPEG still covers a size.
 *
 * @param stored Size in the header, before orientation.
 * @param atLeast Size that the pixels must cover.
 *
 * @example
 * ```ts
 * import { jpegReduction } from "./jpeg_reduction.ts";
 *
 * const reduction = jpegReduction({ width: 4000, height: 3000 }, { width: 320, height: 240 });
 * if (reduction !== 8) throw new Error("500x375 cover 320x240");
 * ```
 */
export function jpegReduction(stored: Size, atLeast: Size): Pixels["reduction"] {
  return REDUCTIONS.find((reduction) => {
    const { width, height } = reducedSize(stored, reduction);
    return width >= atLeast.width && height >= atLeast.height;
  }) ?? 1;
}

/** Size of a JPEG at a reduced scale: the last column and row may stand for fewer pixels. */
export function reducedSize(stored: Size, reduction: Pixels["reduction"]): Size {
  return {
    width: Math.ceil(stored.width / reduction),
    height: Math.ceil(stored.height / reduction),
  };
}
