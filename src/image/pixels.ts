/** Factor by which a codec reduces both sides of an image while it decodes a JPEG. */
export type Reduction = 1 | 2 | 4 | 8;

/**
 * Decoded pixels as they are stored, before the orientation is applied.
 *
 * A codec may decode an image at a reduced scale. Each decoded pixel stands for `reduction` x
 * `reduction` source pixels. Pixels of the last column and row may stand for fewer source pixels.
 *
 * A codec may also resize an image to any smaller size. Then `reduction` is null, and all decoded
 * pixels stand for areas of the same size.
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
  /** Number of source pixels per decoded pixel, on each axis. Null: resized to another size. */
  readonly reduction: Reduction | null;
}
