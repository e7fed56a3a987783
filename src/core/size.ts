/**
 * Width and height in pixels. The documentation of a field or parameter says which pixels are
 * counted, for example source pixels or input pixels.
 */
export interface Size {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
}
