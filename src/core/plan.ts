import type { Size } from "./size.ts";

/**
 * How a source picture becomes the content of the input.
 *
 * - `fit`: the largest size of the same aspect inside `width` x `height`, rounded to nearest.
 * - `shortest`: the shorter side becomes `shortest` unless the longer one would pass `longest`;
 *   sides are rounded down. `scale` says in which arithmetic: `float64`, or `float32-reciprocal`,
 *   `fround(fround(1 / side) · wanted)`, which turns about half of all short sides into 799 rows
 *   instead of 800, 500x375 among them (torchvision 0.14, `_resize_image_and_masks`).
 * - `stretch`: exactly `width` x `height`.
 */
export type ResizeRule =
  | { readonly kind: "fit"; readonly width: number; readonly height: number }
  | {
    readonly kind: "shortest";
    readonly shortest: number;
    readonly longest: number;
    readonly scale: "float64" | "float32-reciprocal";
  }
  | { readonly kind: "stretch"; readonly width: number; readonly height: number };

/** What is added at the right and the bottom: nothing, up to a multiple, or up to a fixed size. */
export type PadRule =
  | { readonly kind: "none" }
  | { readonly kind: "multiple"; readonly of: number }
  | { readonly kind: "fixed"; readonly width: number; readonly height: number };

/** One picture's way into the input tensor and its boxes' way back. */
export interface Plan {
  /** The upright picture as a person sees it. */
  readonly source: Size;
  /** The picture within the input, at its top left. */
  readonly resized: Size;
  /** The padded input. */
  readonly input: Size;
}

/**
 * Plans the way of a picture.
 *
 * @throws {RangeError} If a side is not positive, or the picture does not fit a fixed input.
 *
 * @example
 * ```ts
 * import { createPlan } from "./plan.ts";
 *
 * const plan = createPlan(
 *   { width: 1920, height: 1080 },
 *   { kind: "fit", width: 320, height: 320 },
 *   { kind: "multiple", of: 32 },
 * );
 * if (plan.resized.height !== 180 || plan.input.height !== 192) throw new Error("320x180 in 320x192");
 * ```
 */
export function createPlan(source: Size, resize: ResizeRule, pad: PadRule): Plan {
  if (!isSide(source.width) || !isSide(source.height)) {
    throw new RangeError(
      "Cannot plan a picture as both sides must be whole numbers of at least 1: " +
        `it is ${source.width}x${source.height}`,
    );
  }
  const resized = resizedSize(source, resize);
  const input = paddedSize(resized, pad);
  if (input.width < resized.width || input.height < resized.height) {
    throw new RangeError(
      `Cannot pad ${resized.width}x${resized.height} to ${input.width}x${input.height} as padding only adds`,
    );
  }
  return { source, resized, input };
}

/**
 * Takes boxes from input pixels to source pixels, in place, and clips them to the source.
 *
 * @param boxes `[M, 4]` xyxy.
 */
export function toSource(plan: Plan, boxes: Float64Array): void {
  const { source, resized } = plan;
  scaleAndClip(boxes, 0, source.width / resized.width, source.width);
  scaleAndClip(boxes, 1, source.height / resized.height, source.height);
}

/**
 * Clips boxes to the resized picture, in place.
 *
 * @param boxes `[M, 4]` xyxy, input pixels.
 */
export function clipToResized(plan: Plan, boxes: Float64Array): void {
  scaleAndClip(boxes, 0, 1, plan.resized.width);
  scaleAndClip(boxes, 1, 1, plan.resized.height);
}

function isSide(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function scaleAndClip(boxes: Float64Array, axis: 0 | 1, scale: number, limit: number): void {
  for (let i = axis; i < boxes.length; i += 2) {
    boxes[i] = Math.min(limit, Math.max(0, boxes[i] * scale));
  }
}

function resizedSize(source: Size, rule: ResizeRule): Size {
  if (rule.kind === "stretch") return { width: rule.width, height: rule.height };
  const round = rule.kind === "fit" ? Math.round : Math.floor;
  const scale = rule.kind === "fit"
    ? Math.min(rule.width / source.width, rule.height / source.height)
    : shortestScale(source, rule);
  return {
    width: Math.max(1, round(source.width * scale)),
    height: Math.max(1, round(source.height * scale)),
  };
}

function shortestScale(source: Size, rule: ResizeRule & { kind: "shortest" }): number {
  const short = Math.min(source.width, source.height);
  const long = Math.max(source.width, source.height);
  if (rule.scale === "float64") return Math.min(rule.shortest / short, rule.longest / long);
  const reciprocal = (side: number, wanted: number) => Math.fround(Math.fround(1 / side) * wanted);
  return Math.min(reciprocal(short, rule.shortest), reciprocal(long, rule.longest));
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
