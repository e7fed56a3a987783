import type { Size } from "../core/size.ts";
import type { ImageHeader } from "./formats/read_header.ts";

/**
 * Returns the size of an image after the orientation is applied.
 *
 * Orientations 5 to 8 turn by 90° and swap the sides (Exif 2.32, tag 0x0112).
 *
 * @returns Size of the upright image, pixels.
 *
 * @example
 * ```ts
 * import { uprightSize } from "./upright_size.ts";
 *
 * const { width } = uprightSize({ width: 4000, height: 3000, orientation: 6 });
 * if (width !== 3000) throw new Error(`width is ${width}`);
 * ```
 */
export function uprightSize(
  header: Pick<ImageHeader, "width" | "height" | "orientation">,
): Size {
  const { width, height, orientation } = header;
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
