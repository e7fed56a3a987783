/**
 * Decoded pixels as they are stored, before orientation.
 *
 * A codec may have decoded at a reduced scale: each pixel then stands for `reduction` x
 * `reduction` source pixels, those of the last column and row possibly for fewer.
 */
export interface Pixels {
  /** Rows top to bottom, channels interleaved, 0–255. */
  readonly data: Uint8Array;
  /** Stored pixels, after reduction. */
  readonly width: number;
  /** Stored pixels, after reduction. */
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGB and alpha (not premultiplied). */
  readonly channels: 1 | 3 | 4;
  /** Source pixels per stored pixel, on both axes. */
  readonly reduction: 1 | 2 | 4 | 8;
}
