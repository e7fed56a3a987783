/**
 * Decoded pixels as they are stored, before the orientation is applied.
 *
 * A codec may decode at a reduced scale. Each pixel then stands for `reduction` x `reduction`
 * source pixels. Pixels of the last column and row may stand for fewer source pixels.
 */
export interface Pixels {
  /** Rows from top to bottom, channels interleaved, 0 to 255. */
  readonly data: Uint8Array;
  /** Width in pixels, after reduction. */
  readonly width: number;
  /** Height in pixels, after reduction. */
  readonly height: number;
  /** Bytes per pixel: 1 grey, 3 RGB, 4 RGB and alpha (not premultiplied). */
  readonly channels: 1 | 3 | 4;
  /** Source pixels per decoded pixel, on each axis. */
  readonly reduction: 1 | 2 | 4 | 8;
}
