import type { Size } from "../core/size.ts";
import type { ImageHeader } from "./formats/read_header.ts";

/**
 * Returns the size of an image after its EXIF orientation is applied.
 *
 * The orientations 5 to 8 swap width and height (Exif 2.32, tag 0x0112).
 *
 * @returns Size of the upright image in pixels.
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
