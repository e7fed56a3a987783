/**
 * Width and height in pixels. Fields and parameters of this type state whose pixels they count, for
 * example source or input pixels.
 */
export interface Size {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
}
