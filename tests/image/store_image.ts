import type { Size } from "../../src/core/size.ts";
import type { Orientation } from "../../src/image/formats/exif_orientation.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import type { Image } from "./naive_tensor.ts";

/**
 * Upright pixel of each stored pixel, by orientation.
 *
 * The comments quote Exif 2.32: the sides of the upright image that row 0 and column 0 show.
 */
const SOURCES: Readonly<
  Record<Orientation, (x: number, y: number, upright: Size) => [number, number]>
> = {
  1: (x, y) => [x, y], // top, left
  2: (x, y, { width }) => [width - 1 - x, y], // top, right
  3: (x, y, { width, height }) => [width - 1 - x, height - 1 - y], // bottom, right
  4: (x, y, { height }) => [x, height - 1 - y], // bottom, left
  5: (x, y) => [y, x], // left, top
  6: (x, y, { width }) => [width - 1 - y, x], // right, top
  7: (x, y, { width, height }) => [width - 1 - y, height - 1 - x], // right, bottom
  8: (x, y, { height }) => [y, height - 1 - x], // left, bottom
};

/** All orientations of Exif. */
export const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** Stores an upright image like a camera held in this orientation; alpha is noise. */
export function storeImage(
  image: Image,
  upright: Size,
  orientation: Orientation = 1,
  channels: 1 | 3 | 4 = 3,
): Pixels {
  const [width, height] = orientation >= 5
    ? [upright.height, upright.width]
    : [upright.width, upright.height];
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = image(...SOURCES[orientation](x, y, upright));
      const alpha = (x * 37 + y * 91) % 256;
      data.set([red, green, blue, alpha].slice(0, channels), (y * width + x) * channels);
    }
  }
  return { data, width, height, channels, reduction: 1 };
}
