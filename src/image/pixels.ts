/**
 * Decoded pixels as they are stored, before the orientation is applied.
 *
 * A codec may decode an image at a reduced scale. Each decoded pixel stands for `reduction` x
 * `reduction` source pixels. Pixels of the last column and row may stand for fewer source pixels.
 */
export interface Pixels {
  /** Samples from 0 to 255. Rows from top to bottom, the channels of a pixel next to each other. */
  readonly data: Uint8Array;
  /** Width in pixels, after reduction. */
  readonly width: number;
  /** Height in pixels, after reduction. */
  readonly height: number;
  /** Bytes per pixel. 1: grey. 3: RGB. 4: RGB and alpha, not premultiplied. */
  readonly channels: 1 | 3 | 4;
  /** Number of source pixels per decoded pixel, on each axis. */
  readonly reduction: 1 | 2 | 4 | 8;
}
