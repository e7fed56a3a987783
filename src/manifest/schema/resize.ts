import { z } from "zod";
import type { PadRule, ResizeRule } from "../../core/resize_rules.ts";
import type { Same } from "./same_type.ts";
import { factor, positiveInteger, side, size, triple } from "./values.ts";

const keepsAspect = { rounding: z.enum(["floor", "half-up", "half-even"]), factor };

/** Schema of the property `resize`. `ResizeRule` explains each kind. */
export const resize = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("fit"), ...size, ...keepsAspect }),
  z.strictObject({
    kind: z.literal("shortest"),
    shortest: side,
    longest: side,
    scale: z.enum(["float64", "float32-reciprocal"]),
    ...keepsAspect,
  }),
  z.strictObject({ kind: z.enum(["stretch", "crop", "letterbox"]), ...size }),
  z.strictObject({ kind: z.literal("none") }),
]);

/** Schema of the property `resample`: the filter that resizes an image. */
export const resample = z.strictObject({
  kind: z.literal("bilinear"),
  /**
   * Filter for shrinking an image. True: each new pixel is a weighted mean of all source pixels
   * around it. False: each new pixel is a weighted mean of the nearest 2x2 source pixels.
   */
  antialias: z.boolean(),
  /**
   * Distance, in source pixels, between the source positions of two neighbouring pixels of the
   * resized image. This distance is the source size divided by the resized size.
   *
   * `per-side`: the distance in x is computed from the widths, and the distance in y from the
   * heights. The resized width and height are whole numbers. `one`: the distance is the same in x
   * and y, and is computed before the resized size is rounded.
   */
  factor,
  /**
   * Rounding of resized pixel values to whole numbers. `none`: values are never rounded.
   * `each-pass`: values are rounded after the horizontal resize, and again after the vertical
   * resize.
   */
  rounding: z.enum(["none", "each-pass"]),
});

/**
 * Fill value of the padding in the input tensor: one number for all channels, or three numbers in
 * the order of `input.colour`.
 */
const value = z.union([z.number(), triple]);

/** Position of the image in the padded input. Unset: `start`, which is the top left corner. */
const align = z.enum(["start", "centre"]).optional();

/** Schema of the property `pad`. `PadRule` explains each kind. */
export const pad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), value }),
  z.strictObject({ kind: z.literal("multiple"), of: positiveInteger.max(4096), align, value }),
  z.strictObject({ kind: z.literal("fixed"), ...size, align, value }),
]);

// Type checks: a line fails to compile if a schema above differs from its type in src/core.
true satisfies Same<z.infer<typeof resize>, ResizeRule>;
true satisfies Same<z.infer<typeof pad>, PadRule & { readonly value: z.infer<typeof value> }>;
