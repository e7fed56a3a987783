import { roundHalfEven } from "./round_half_even.ts";
import type { Size } from "./size.ts";

/** What rules that keep the aspect have in common. */
export interface KeepsAspect {
  /** How a side becomes whole; 0.5 goes up with `half-up`. */
  readonly rounding: "floor" | "half-up" | "half-even";
  /** Whether a box goes back by each side's own ratio, or by the one factor before rounding. */
  readonly factor: "per-side" | "one";
}

/**
 * How a source image becomes the content of the input.
 *
 * - `fit`: the largest size of the same aspect inside `width` x `height`.
 * - `shortest`: the shorter side becomes `shortest` unless the longer one would pass `longest`.
 *   `scale` says in which arithmetic: `float64`, or `float32-reciprocal`,
 *   `fround(fround(1 / side) · wanted)`, which with `floor` turns about half of all short sides
 *   into 799 rows instead of 800, 500x375 among them (torchvision 0.14,
 *   `_resize_image_and_masks`).
 * - `stretch`: exactly `width` x `height`.
 * - `none`: as it is.
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

/** What is added at the right and the bottom: nothing, up to a multiple, or up to a fixed size. */
export type PadRule =
  | { readonly kind: "none" }
  | { readonly kind: "multiple"; readonly of: number }
  | { readonly kind: "fixed"; readonly width: number; readonly height: number };

/** One image's way into the input tensor and its boxes' way back. */
export interface ResizePlan {
  /** The upright image as a person sees it. */
  readonly source: Size;
  /** The image within the input, at its top left. */
  readonly resized: Size;
  /** The padded input. */
  readonly input: Size;
  /**
   * Where the source's edges lie in the input: `resized`, or with one factor the source times it,
   * which need not be whole.
   */
  readonly scaled: Size;
  /** Input pixels per source pixel before rounding, for rules that keep the aspect. */
  readonly ratio: number | null;
}

/**
 * Plans the way of an image.
 *
 * @throws {RangeError} If a side is not positive, or the image does not fit a fixed input.
 *
 * @example
 * ```ts
 * import { createResizePlan } from "./resize_plan.ts";
 *
 * const plan = createResizePlan(
 *   { width: 1920, height: 1080 },
 *   { kind: "fit", width: 320, height: 320, rounding: "half-up", factor: "per-side" },
 *   { kind: "multiple", of: 32 },
 * );
 * if (plan.resized.height !== 180 || plan.input.height !== 192) throw new Error("320x180 in 320x192");
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
  return { source, resized, input, scaled, ratio };
}

/**
 * Takes boxes from input pixels to source pixels, in place, and clips them to the source.
 *
 * @param boxes `[M, 4]` xyxy.
 */
export function toSource({ source, scaled }: ResizePlan, boxes: Float64Array): void {
  scaleAndClip(boxes, 0, source.width / scaled.width, source.width);
  scaleAndClip(boxes, 1, source.height / scaled.height, source.height);
}

/**
 * Clips boxes to `0 ≤ x ≤ width`, `0 ≤ y ≤ height`, in place.
 *
 * @param boxes `[M, 4]` xyxy.
 */
export function clipTo({ width, height }: Size, boxes: Float64Array): void {
  scaleAndClip(boxes, 0, 1, width);
  scaleAndClip(boxes, 1, 1, height);
}

function isSide(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function scaleAndClip(boxes: Float64Array, axis: 0 | 1, scale: number, limit: number): void {
  for (let i = axis; i < boxes.length; i += 2) {
    boxes[i] = Math.min(limit, Math.max(0, boxes[i] * scale));
  }
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

const ROUND = { "floor": Math.floor, "half-up": Math.round, "half-even": roundHalfEven };

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
