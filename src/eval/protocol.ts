import { linspace } from "./linspace.ts";

/** Range of object areas, px², including both limits. */
export interface AreaRange {
  /** Lower limit, px². */
  readonly min: number;
  /** Upper limit, px². */
  readonly max: number;
}

/**
 * IoU thresholds: a detection finds an annotated object if their IoU reaches the threshold
 * (pycocotools, `Params.iouThrs`).
 */
export const IOU_THRESHOLDS: readonly number[] = linspace(0.5, 0.95, 10);

/**
 * Recall values at which the precision is read from a precision-recall curve (pycocotools,
 * `Params.recThrs`).
 */
export const RECALL_THRESHOLDS: readonly number[] = linspace(0, 1, 101);

/**
 * Area ranges of objects (pycocotools, `Params.areaRng`).
 *
 * Both limits are included, so an object of exactly 32² or 96² px² belongs to two ranges.
 */
export const AREA_RANGES: Readonly<Record<"all" | "small" | "medium" | "large", AreaRange>> = {
  all: { min: 0, max: 1e5 ** 2 },
  small: { min: 0, max: 32 ** 2 },
  medium: { min: 32 ** 2, max: 96 ** 2 },
  large: { min: 96 ** 2, max: 1e5 ** 2 },
};

/**
 * Maximum number of results per image and category (pycocotools, last entry of `Params.maxDets`).
 */
export const MAX_RESULTS = 100;
