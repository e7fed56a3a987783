import type { Size } from "../core/size.ts";
import type { ImageHeader } from "./formats/image_header.ts";

/**
 * Gives the size of the image as it is viewed: upright, after the orientation is applied.
 *
 * Orientations 5 to 8 turn by 90°, so their sides change places (Exif 2.32, tag 0x0112).
 *
 * @returns Upright pixels.
 *
 * @example
 * ```ts
 * import { uprightSize } from "./upright_size.ts";
 *
 * const size = uprightSize({ width: 4000, height: 3000, orientation: 6 });
 * if (size.width !== 3000) throw new Error("a phone held upright takes narrow images");
 * ```
 */
export function uprightSize(
  header: Pick<ImageHeader, "width" | "height" | "orientation">,
): Size {
  const { width, height, orientation } = header;
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
