import type { Size } from "./size.ts";

/** Area of a source image, in source pixels. The area may extend beyond the image. */
export interface SourceWindow extends Size {
  /** Distance from the left edge of the image. Negative if the area begins outside the image. */
  readonly left: number;
  /** Distance from the top edge of the image. Negative if the area begins outside the image. */
  readonly top: number;
}

/**
 * Returns the largest area with the aspect ratio of `target` in the middle of an image.
 *
 * Sides are rounded down, as in Keras (`keras/src/backend/jax/image.py`, `resize`,
 * `crop_to_aspect_ratio`).
 *
 * @param source Size of the image, in source pixels.
 */
export function cropWindow(source: Size, target: Size): SourceWindow {
  const [wide, high] = sidesAt(source, target);
  const width = Math.max(1, Math.min(source.width, wide));
  const height = Math.max(1, Math.min(source.height, high));
  return {
    left: Math.floor((source.width - width) / 2),
    top: Math.floor((source.height - height) / 2),
    width,
    height,
  };
}

/**
 * Returns the smallest area with the aspect ratio of `target` around an image. The image is in the
 * middle of this area.
 *
 * Sides are rounded down, as in Keras (`keras/src/backend/jax/image.py`, `resize`,
 * `pad_to_aspect_ratio`).
 *
 * @param source Size of the image, in source pixels.
 */
export function letterboxWindow(source: Size, target: Size): SourceWindow {
  const [wide, high] = sidesAt(source, target);
  const left = Math.floor((Math.max(source.width, wide) - source.width) / 2);
  const top = Math.floor((Math.max(source.height, high) - source.height) / 2);
  return {
    left: 0 - left,
    top: 0 - top,
    width: source.width + 2 * left,
    height: source.height + 2 * top,
  };
}

/**
 * Returns two numbers. The first is the width of a rectangle that is as high as `source` and has
 * the aspect ratio of `target`. The second is the height of a rectangle that is as wide as `source`
 * and has the aspect ratio of `target`.
 */
function sidesAt(source: Size, target: Size): [width: number, height: number] {
  return [
    Math.floor(source.height * target.width / target.height),
    Math.floor(source.width * target.height / target.width),
  ];
}
