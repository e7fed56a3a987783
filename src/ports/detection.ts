/**
 * Edges of a box, in pixels of the source image after its EXIF orientation is applied.
 *
 * x grows to the right and y downwards: `0 ≤ xmin ≤ xmax ≤ width`, `0 ≤ ymin ≤ ymax ≤ height`.
 */
export interface DetectionBox {
  /** Left edge. */
  readonly xmin: number;
  /** Top edge. */
  readonly ymin: number;
  /** Right edge. */
  readonly xmax: number;
  /** Bottom edge. */
  readonly ymax: number;
}

/** Detected object. */
export interface Detection {
  /** Name of the class. */
  readonly label: string;
  /** Index of the class in the model's labels. */
  readonly classId: number;
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** Box around the object, in pixels of the source image. */
  readonly box: DetectionBox;
}
