import type { Pixels } from "./pixels.ts";

/**
 * View that reads stored pixels as an upright image, without copying them. Upright means that the
 * EXIF orientation is applied.
 *
 * Pixel x, y of the upright image starts at `data[offset + x * stepX + y * stepY]`.
 */
export interface UprightView {
  /** Samples of the stored pixels, 0 to 255. The channels of a pixel are next to each other. */
  readonly data: Uint8Array;
  /** Width of the upright image. */
  readonly width: number;
  /** Height of the upright image. */
  readonly height: number;
  /** Index in `data` of the top left pixel of the upright image. */
  readonly offset: number;
  /**
   * Distance in bytes from a pixel of the upright image to its right neighbour. Can be negative.
   */
  readonly stepX: number;
  /**
   * Distance in bytes from a pixel of the upright image to its lower neighbour. Can be negative.
   */
  readonly stepY: number;
  /** Bytes per pixel. 1: grey. 3: RGB. 4: RGB and a channel that is ignored. */
  readonly channels: 1 | 3 | 4;
  /**
   * Number of source pixels per decoded pixel, in x and in y. Null: the codec resized the image, and
   * each axis has its own number.
   */
  readonly reduction: number | null;
  /**
   * Position of the left edge of the image in decoded pixels, 0 to 1, if the view is a part of a
   * larger image. Unset: the view is a whole image.
   */
  readonly startX?: number;
  /** Position of the top edge of the image, like `startX`. */
  readonly startY?: number;
}

/**
 * Returns the position of the left or top edge of the image in decoded pixels.
 *
 * If an image was decoded at a reduced scale, the last pixel may stand for fewer source pixels than
 * the other pixels. The last pixel comes first in a mirrored image, so the image starts inside it.
 *
 * @param pixels Length of the side of the source in decoded pixels, possibly fractional.
 */
export function startOf(view: UprightView, side: "width" | "height", pixels: number): number {
  const [start, step] = side === "width" ? [view.startX, view.stepX] : [view.startY, view.stepY];
  return start ?? (step < 0 ? view[side] - pixels : 0);
}

/**
 * Returns the length of a side of the source in decoded pixels, possibly fractional.
 *
 * @param sourceLength Length of the side in source pixels.
 */
export function decodedLength(
  view: UprightView,
  side: "width" | "height",
  sourceLength: number,
): number {
  return view.reduction === null ? view[side] : sourceLength / view.reduction;
}

/**
 * Creates the upright view of stored pixels from their EXIF orientation (Exif 2.32, tag 0x0112).
 *
 * @param orientation EXIF orientation, 1 to 8. Any other value counts as 1 (stored upright).
 *
 * @example
 * ```ts
 * import { uprightView } from "./upright_view.ts";
 *
 * const size = { width: 2, height: 1 };
 * const stored = { data: Uint8Array.of(1, 2), ...size, channels: 1, reduction: 1 } as const;
 * // Orientation 6: the stored row is the right column, so its left end is the upright top.
 * const { data, height, offset, stepY } = uprightView(stored, 6);
 * if (height !== 2) throw new Error(`height is ${height}`);
 * if (data[offset + stepY] !== 2) throw new Error(`lower pixel is ${data[offset + stepY]}`);
 * ```
 */
export function uprightView(pixels: Pixels, orientation: number): UprightView {
  const { data, width, height, channels, reduction } = pixels;
  const right = channels;
  const down = channels * width;
  const lastX = (width - 1) * right;
  const lastY = (height - 1) * down;
  const straight = { data, width, height, channels, reduction };
  const turned = { ...straight, width: height, height: width };
  switch (orientation) {
    case 2:
      return { ...straight, offset: lastX, stepX: -right, stepY: down };
    case 3:
      return { ...straight, offset: lastX + lastY, stepX: -right, stepY: -down };
    case 4:
      return { ...straight, offset: lastY, stepX: right, stepY: -down };
    case 5:
      return { ...turned, offset: 0, stepX: down, stepY: right };
    case 6:
      return { ...turned, offset: lastY, stepX: -down, stepY: right };
    case 7:
      return { ...turned, offset: lastX + lastY, stepX: -down, stepY: -right };
    case 8:
      return { ...turned, offset: lastX, stepX: down, stepY: -right };
    default:
      return { ...straight, offset: 0, stepX: right, stepY: down };
  }
}
