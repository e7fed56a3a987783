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
  /** Origin of the detection in the network. Unset: the caller did not set the option `explain`. */
  readonly explanation?: Explanation | undefined;
}

/** Origin of a detection in the network, and the candidates that the detection suppressed. */
export interface Explanation {
  /**
   * Level of the feature pyramid: `P3` for a stride of 8 pixels, `P4` for 16, and so on. Null: the
   * manifest declares no levels.
   */
  readonly level: string | null;
  /** Distance between neighbouring cells of the level, in input pixels. Null: no levels. */
  readonly stride: number | null;
  /** Column and row of the cell in the grid of the level, from 0. Null: no levels. */
  readonly cell: { readonly column: number; readonly row: number } | null;
  /** Anchor of the detection. */
  readonly anchor: {
    /** Index of the anchor in its cell, from 0. Without levels: the row in the graph's output. */
    readonly index: number;
    /** Square root of the area, in input pixels. Null: no levels. */
    readonly size: number | null;
    /** Height divided by width. Null: no levels. */
    readonly ratio: number | null;
  };
  /** Logit that the network returns for the class. Null: the network returns scores. */
  readonly logit: number | null;
  /** Score before soft-NMS lowered it. Equals the score of the detection without soft-NMS. */
  readonly networkScore: number;
  /** Number of candidates that the detection suppressed. */
  readonly suppressedCount: number;
  /** Best candidates that the detection suppressed, at most 16. */
  readonly suppressed: readonly SuppressedCandidate[];
}

/** Candidate that a detection suppressed in NMS. */
export interface SuppressedCandidate {
  /** Name of the class. */
  readonly label: string;
  /** Index of the class in the model's labels. */
  readonly classId: number;
  /** Confidence before NMS, 0 to 1. */
  readonly score: number;
  /** Box of the candidate, in pixels of the source image. */
  readonly box: DetectionBox;
  /** Intersection over union with the detection, as NMS computed it. */
  readonly iou: number;
}
