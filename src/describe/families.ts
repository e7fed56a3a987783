import { z } from "zod";
import json from "./families.json" with { type: "json" };
import { finishedSchema, headsSchema } from "../manifest/manifest_schema.ts";

/**
 * Traits of a graph by which its family is recognised. A graph belongs to a family only if it
 * matches each trait that is set.
 */
const traits = z.strictObject({
  /** Kind of the outputs, as in the manifest's `outputs.kind`. */
  outputs: z.enum(["levels", "joined", "finished"]),
  /** Meaning of the numbers in the class head. `ScoreKind` explains the values. */
  scores: z.enum(["logits", "probabilities", "distribution"]).optional(),
  /** Order of the dimensions of the input. */
  layout: z.enum(["nchw", "nhwc"]).optional(),
  /** Element type of the input. */
  type: z.enum(["float32", "float16", "uint8"]).optional(),
  /**
   * Size of the input. `open`: any size. `fixed`: one size. `square`: one size, with equal sides.
   */
  size: z.enum(["open", "fixed", "square"]).optional(),
  /** True if the graph has an output with its anchors. */
  anchors: z.boolean().optional(),
  /** True if the box head contains boxes instead of deltas. */
  decoded: z.boolean().optional(),
  /** True if the outputs have a batch dimension. Only for graphs that apply NMS themselves. */
  batched: z.boolean().optional(),
  /**
   * True if the graph has an output with the number of detections. Only for graphs that apply NMS
   * themselves.
   */
  count: z.boolean().optional(),
  /** True if the input has a batch dimension. */
  batch: z.boolean().optional(),
  /** Start of the output name of the first class head. */
  prefix: z.string().optional(),
});

const shared = {
  /** Name of the family. */
  family: z.string().min(1),
  /** Code or paper that the behaviour of the family is taken from. */
  source: z.string().min(1),
  /**
   * Pattern of the names that only this framework gives to weights and outputs. Unset: its names
   * are not typical.
   */
  names: z.string().optional(),
  traits,
};

const { resize, resample, pad, anchors, boxes, postprocess } = headsSchema.shape;

const input = z.strictObject({
  colour: z.enum(["rgb", "bgr"]),
  divisor: z.number(),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number(), z.number(), z.number()]),
});

/**
 * Schema of a family in `families.json`. First: models without NMS. Second: models that apply NMS
 * themselves.
 */
const family = z.union([
  z.strictObject({
    ...shared,
    behaviour: z.strictObject({ input, resize, resample, pad, anchors, boxes, postprocess }),
  }),
  z.strictObject({
    ...shared,
    behaviour: z.strictObject({
      input,
      resize,
      resample,
      pad,
      /** Order of a box's coordinates. Unset: `xyxy`. */
      corners: finishedSchema.shape.outputs.shape.corners.optional(),
      postprocess: finishedSchema.shape.postprocess,
    }),
  }),
]);

/** Typical behaviour of the models that one framework exports, such as torchvision. */
export type Family = z.infer<typeof family>;

/** Traits by which a family is recognised. */
export type FamilyTraits = z.infer<typeof traits>;

/** All known families, from `families.json`. */
export const FAMILIES: readonly Family[] = z.array(family).parse(json);
