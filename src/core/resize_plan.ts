import { roundHalfEven } from "./round_half_even.ts";
import type { Size } from "./size.ts";

/** Fields of the resize rules that keep the aspect ratio. */
export interface KeepsAspect {
  /**
   * Rounding of the width and height after resizing. `floor` rounds down, `half-up` rounds 0.5 up,
   * `half-even` rounds 0.5 to the even neighbour.
   */
  readonly rounding: "floor" | "half-up" | "half-even";
  /**
   * Ratio that maps boxes back to the source image. `per-side`: x is divided by the ratio of
   * rounded width to source width, y by the ratio of rounded height to source height. `one`: x and
   * y are divided by the same ratio, computed before the sides are rounded.
   */
  readonly factor: "per-side" | "one";
}

/**
 * Rule for the size of an image after resizing, before padding.
 *
 * - `fit`: the largest size of the same aspect ratio inside `width` x `height`.
 * - `shortest`: the shorter side becomes `shortest`, unless the longer side would exceed `longest`.
 *   `scale` is the arithmetic for the ratio of new side to old side. `float64` divides the new side
 *   by the old side. `float32-reciprocal` multiplies the new side by the reciprocal of the old
 *   side, with each step rounded to float32 (torchvision 0.14, `_resize_image_and_masks`). If
 *   `rounding` is `floor`, `float32-reciprocal` gives about half of all images a short side of 799
 *   instead of 800, for example images of 500x375.
 * - `stretch`: exactly `width` x `height`. The aspect ratio may change.
 * - `none`: the size of the source.
 */
export type ResizeRule =
  | ({ readonly kind: "fit"; readonly width: number; readonly height: number } & KeepsAspect)
  | ({
    readonly kind: "shortest";
    readonly shortest: number;
    readonly longest: number;
    readonly scale: "float64" | "float32-reciprocal";
  } & KeepsAspect)
  | { readonly kind: "stretch"; readonly width: number; readonly height: number }
  | { readonly kind: "none" };

/** Rule for the size after padding: no padding, the next multiple of a number, or a fixed size. */
export type PadRule =
  | { readonly kind: "none" }
  | ({ readonly kind: "multiple"; readonly of: number } & PadSides)
  | ({ readonly kind: "fixed"; readonly width: number; readonly height: number } & PadSides);

/** Sides of the image on which padding is added. */
export interface PadSides {
  /**
   * Place of the image in the padded area: `start` is the top left, `centre` the middle. With an
   * odd number of padding pixels, the right or bottom side gets one more.
   *
   * @default "start"
   */
  readonly align?: "start" | "centre" | undefined;
}

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
   * `factor: "one"`, this size is `source * ratio`, possibly fractional. For all other rules, this
   * size equals `resized`.
   */
  readonly scaled: Size;
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
 *   image is larger than a `fixed` size of `pad`.
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
  const scaled = ratio !== null && "factor" in resize && resize.factor === "one"
    ? { width: source.width * ratio, height: source.height * ratio }
    : resized;
  return { source, resized, offset: offsetOf(resized, input, pad), input, scaled, ratio };
}

/**
 * Maps boxes from input pixels to source pixels and clips them to the source, in place.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes. Before the call: input pixels. After the call:
 *   source pixels, inside the source image.
 */
export function toSource({ source, scaled, offset }: ResizePlan, boxes: Float64Array): void {
  scaleAndClip(boxes, 0, offset.x, source.width / scaled.width, source.width);
  scaleAndClip(boxes, 1, offset.y, source.height / scaled.height, source.height);
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
  if (rule.kind === "stretch") return { width: rule.width, height: rule.height };
  if (rule.kind === "none" || ratio === null) return source;
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
