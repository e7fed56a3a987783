import type { Pixels } from "./pixels.ts";

/**
 * Pixels seen upright: the layout is numbers, nothing is copied.
 *
 * The upright pixel (x, y) starts at `offset + x · stepX + y · stepY` of `data`.
 */
export interface UprightView {
  /** The stored pixels. */
  readonly data: Uint8Array;
  /** Upright pixels. */
  readonly width: number;
  /** Upright pixels. */
  readonly height: number;
  /** Where the upright top left pixel starts. */
  readonly offset: number;
  /** Bytes from one upright pixel to the next on its right. */
  readonly stepX: number;
  /** Bytes from one upright pixel to the next below. */
  readonly stepY: number;
  /** 1 grey, 3 or 4 RGB; a fourth channel is not looked at. */
  readonly channels: 1 | 3 | 4;
  /** Source pixels per pixel. */
  readonly reduction: number;
}

/**
 * Turns stored pixels upright by their EXIF orientation (Exif 2.32, tag 0x0112).
 *
 * @example
 * ```ts
 * import { uprightView } from "./upright_view.ts";
 *
 * const stored = { data: Uint8Array.of(1, 2), width: 2, height: 1, channels: 1, reduction: 1 } as const;
 * const view = uprightView(stored, 6); // stored row is the right side, so left is at the top
 * if (view.height !== 2 || view.data[view.offset + view.stepY] !== 2) throw new Error("not turned");
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
