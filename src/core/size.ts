/** Width and height in whole pixels; which pixels (source, resized, input) its owner says. */
export interface Size {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
}
