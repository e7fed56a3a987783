import { z } from "zod";
import type { AnchorRule } from "../../core/anchors.ts";
import type { Same } from "./same_type.ts";
import { boxForm, extent, fraction, name, positive, positiveInteger, space } from "./values.ts";

const grid = {
  centre: fraction,
  strides: z.enum(["nominal", "floor-input-over-grid", "input-width-over-grid"]),
  extent,
};

const computedAnchors = [
  z.strictObject({
    kind: z.literal("sizes"),
    levels: z.array(z.strictObject({ stride: positiveInteger, sizes: z.array(positive).min(1) }))
      .min(1),
    unit: z.enum(["pixels", "strides"]),
    ratios: z.array(positive).min(1),
    order: z.enum(["ratio-size", "size-ratio"]),
    rounding: z.enum(["none", "half-even"]),
    ...grid,
  }),
  z.strictObject({
    kind: z.literal("shapes"),
    levels: z.array(z.strictObject({
      stride: positiveInteger,
      shapes: z.array(z.tuple([positive, positive])).min(1),
    })).min(1),
    ...grid,
  }),
] as const;

/** Schema of the property `anchors`. `AnchorRule` explains the kinds `sizes` and `shapes`. */
export const anchors = z.discriminatedUnion("kind", [
  ...computedAnchors,
  /** Anchors that the graph returns as an output `[anchors, 4]` or `[images, anchors, 4]`. */
  z.strictObject({ kind: z.literal("output"), name, corners: boxForm, space }),
  /** No anchors, because the graph returns decoded boxes. */
  z.strictObject({ kind: z.literal("none") }),
]);

// Type check: this line fails to compile if the schemas differ from the type in src/core.
true satisfies Same<z.infer<typeof computedAnchors[number]>, AnchorRule>;
