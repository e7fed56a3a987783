import { linspace } from "./linspace.ts";

/** Square source pixels; an object belongs to a range when `least ≤ area ≤ most`. */
export interface AreaRange {
  /** Lower limit, included. */
  readonly least: number;
  /** Upper limit, included. */
  readonly most: number;
}

/** `[T]` An overlap must reach one of these to count as found (COCO, `Params.iouThrs`). */
export const IOU_THRESHOLDS: readonly number[] = linspace(0.5, 0.95, 10);

/** `[R]` Precision is read off at these recalls (COCO, `Params.recThrs`). */
export const RECALL_THRESHOLDS: readonly number[] = linspace(0, 1, 101);

/**
 * Sizes of objects (COCO, `Params.areaRng`).
 *
 * Both limits are included, so an object of exactly 32² or 96² px counts in two ranges.
 */
export const AREA_RANGES: Readonly<Record<"all" | "small" | "medium" | "large", AreaRange>> = {
  all: { least: 0, most: 1e5 ** 2 },
  small: { least: 0, most: 32 ** 2 },
  medium: { least: 32 ** 2, most: 96 ** 2 },
  large: { least: 96 ** 2, most: 1e5 ** 2 },
};

/** Most results per image and category that are looked at (COCO, last of `Params.maxDets`). */
export const MAX_RESULTS = 100;
