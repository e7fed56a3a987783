import type { PadRule, ResizeRule } from "./resize_rules.ts";
import { roundHalfEven } from "./round_half_even.ts";
import type { Size } from "./size.ts";
import { cropWindow, letterboxWindow, type SourceWindow } from "./source_window.ts";

/**
 * Sizes and positions for resizing and padding one image into the input tensor, and for mapping its
 * boxes back to the source image.
 */
export interface ResizePlan {
  /** Size of the source image after its EXIF orientation is applied, in source pixels. */
  readonly source: Size;
  /** Size of the resized image, in whole input pixels. */
  readonly resized: Size;
  /** Top left corner of the resized image in the input tensor, in whole pixels. */
  readonly offset: { readonly x: number; readonly y: number };
  /** Size of the padded input tensor. */
  readonly input: Size;
  /**
   * Size of the source image in input pixels, for mapping boxes back. For rules with
   * `factor: "one"`, this size is `source * ratio`, possibly fractional. For the rules `crop` and
   * `letterbox`, this is the size of the whole source, not only of the area `window`. For all other
   * rules, this size equals `resized`.
   */
  readonly scaled: Size;
  /**
   * Area of the source that is resized to `resized`. Pixels of the area outside the source have the
   * value of the padding.
   *
   * Unset: the whole source.
   */
  readonly window?: SourceWindow;
  /**
   * Number of input pixels per source pixel, before the resized sides are rounded. Null for rules
   * that do not keep the aspect ratio.
   */
  readonly ratio: number | null;
}

/**
 * Plans the resize and the padding of one image.
 *
 * @param source Size of the image after its EXIF orientation is applied, in source pixels.
 * @throws {RangeError} If a side of `source` is not a whole number of at least 1, or if the resized
 *   image is larger than the fixed size in `pad`.
 *
 * @example
 * ```ts
 * import { createResizePlan } from "./resize_plan.ts";
 *
 * const { resized, input } = createResizePlan(
 *   { width: 1920, height: 1080 },
 *   { kind: "fit", width: 320, height: 320, rounding: "half-up", factor: "per-side" },
 *   { kind: "multiple", of: 32 },
 * );
 * if (resized.height !== 180) throw new Error(`resized height is ${resized.height}`);
 * if (input.height !== 192) throw new Error(`input height is ${input.height}`);
 * ```
 */
export function createResizePlan(source: Size, resize: ResizeRule, pad: PadRule): ResizePlan {
  if (!isSide(source.width) || !isSide(source.height)) {
    throw new RangeError(
      "Cannot plan an image as both sides must be whole numbers of at least 1: " +
        `it is ${source.width}x${source.height}`,
    );
  }
  const ratio = ratioOf(source, resize);
  const resized = resizedSize(source, resize, ratio);
  const input = paddedSize(resized, pad);
  if (input.width < resized.width || input.height < resized.height) {
    throw new RangeError(
      `Cannot pad ${resized.width}x${resized.height} to ${input.width}x${input.height} as padding only adds`,
    );
  }
  const offset = offsetOf(resized, input, pad);
  const window = windowOf(source, resize);
  if (window !== null) {
    const scaled = {
      width: source.width * resized.width / window.width,
      height: source.height * resized.height / window.height,
    };
    return { source, resized, offset, input, scaled, window, ratio };
  }
  const scaled = ratio !== null && "factor" in resize && resize.factor === "one"
    ? { width: source.width * ratio, height: source.height * ratio }
    : resized;
  return { source, resized, offset, input, scaled, ratio };
}

/**
 * Returns the area of the input tensor that the whole source covers, in input pixels. With the rule
 * `crop`, parts of this area lie outside the input.
 */
export function sourceArea({ source, scaled, offset, window }: ResizePlan): Required<Area> {
  const { left, top } = window ?? { left: 0, top: 0 };
  return {
    left: offset.x - left * scaled.width / source.width,
    top: offset.y - top * scaled.height / source.height,
    ...scaled,
  };
}

/**
 * Maps boxes from input pixels to source pixels and clips them to the source, in place.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes. Before the call: input pixels. After the call:
 *   source pixels, inside the source image.
 */
export function toSource(plan: ResizePlan, boxes: Float64Array): void {
  const { source } = plan;
  const { left, top, width, height } = sourceArea(plan);
  scaleAndClip(boxes, 0, left, source.width / width, source.width);
  scaleAndClip(boxes, 1, top, source.height / height, source.height);
}

/** Rectangle in input pixels, possibly fractional. */
export interface Area extends Size {
  /** Left edge. @default 0 */
  readonly left?: number;
  /** Top edge. @default 0 */
  readonly top?: number;
}

/**
 * Clips boxes to an area, in place.
 *
 * @param area Area, in the same unit as the boxes.
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes.
 */
export function clipTo({ left = 0, top = 0, width, height }: Area, boxes: Float64Array): void {
  clipAxis(boxes, 0, left, left + width);
  clipAxis(boxes, 1, top, top + height);
}

function clipAxis(boxes: Float64Array, axis: 0 | 1, low: number, high: number): void {
  for (let i = axis; i < boxes.length; i += 2) {
    boxes[i] = Math.min(high, Math.max(low, boxes[i]!));
  }
}

const ROUND = { "floor": Math.floor, "half-up": Math.round, "half-even": roundHalfEven };

function isSide(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function scaleAndClip(
  boxes: Float64Array,
  axis: 0 | 1,
  offset: number,
  scale: number,
  limit: number,
): void {
  for (let i = axis; i < boxes.length; i += 2) {
    boxes[i] = Math.min(limit, Math.max(0, (boxes[i]! - offset) * scale));
  }
}

/** Returns the top left corner of the resized image in the padded input. */
function offsetOf(resized: Size, input: Size, pad: PadRule): ResizePlan["offset"] {
  if (pad.kind === "none" || pad.align !== "centre") return { x: 0, y: 0 };
  return {
    x: Math.floor((input.width - resized.width) / 2),
    y: Math.floor((input.height - resized.height) / 2),
  };
}

function ratioOf(source: Size, rule: ResizeRule): number | null {
  switch (rule.kind) {
    case "fit":
      return Math.min(rule.width / source.width, rule.height / source.height);
    case "shortest":
      return shortestRatio(source, rule);
    case "stretch":
    case "crop":
    case "letterbox":
    case "none":
      return null;
  }
}

function windowOf(source: Size, rule: ResizeRule): SourceWindow | null {
  switch (rule.kind) {
    case "crop":
      return cropWindow(source, rule);
    case "letterbox":
      return letterboxWindow(source, rule);
    case "fit":
    case "shortest":
    case "stretch":
    case "none":
      return null;
  }
}

function shortestRatio(source: Size, rule: ResizeRule & { kind: "shortest" }): number {
  const short = Math.min(source.width, source.height);
  const long = Math.max(source.width, source.height);
  if (rule.scale === "float64") return Math.min(rule.shortest / short, rule.longest / long);
  const reciprocal = (side: number, wanted: number) => Math.fround(Math.fround(1 / side) * wanted);
  return Math.min(reciprocal(short, rule.shortest), reciprocal(long, rule.longest));
}

function resizedSize(source: Size, rule: ResizeRule, ratio: number | null): Size {
  if (!("factor" in rule)) {
    return rule.kind === "none" ? source : { width: rule.width, height: rule.height };
  }
  if (ratio === null) return source;
  const side = (length: number) => Math.max(1, ROUND[rule.rounding](length * ratio));
  return { width: side(source.width), height: side(source.height) };
}

function paddedSize(resized: Size, rule: PadRule): Size {
  switch (rule.kind) {
    case "none":
      return resized;
    case "fixed":
      return { width: rule.width, height: rule.height };
    case "multiple":
      return {
        width: Math.ceil(resized.width / rule.of) * rule.of,
        height: Math.ceil(resized.height / rule.of) * rule.of,
      };
  }
}
