import { z } from "zod";
import json from "./families.json" with { type: "json" };
import { finishedSchema, headsSchema } from "../manifest/manifest_schema.ts";

/** What a family's graphs have in common, as far as a graph can tell it. */
const traits = z.strictObject({
  outputs: z.enum(["levels", "joined", "finished"]),
  scores: z.enum(["logits", "probabilities", "distribution"]).optional(),
  layout: z.enum(["nchw", "nhwc"]).optional(),
  type: z.enum(["float32", "float16", "uint8"]).optional(),
  /** Whether the graph fixes the size of its input. */
  size: z.enum(["open", "fixed", "square"]).optional(),
  /** Whether the graph puts out its anchors. */
  anchors: z.boolean().optional(),
  /** Whether the box head holds boxes. */
  decoded: z.boolean().optional(),
  /** Whether detections come with a batch side. */
  batched: z.boolean().optional(),
  /** Whether the graph tells how many of its detections are meant. */
  count: z.boolean().optional(),
  /** Whether the input has a batch side. */
  batch: z.boolean().optional(),
  /** Start of the class heads' names. */
  prefix: z.string().optional(),
});

const shared = {
  family: z.string().min(1),
  /** Where its behaviour can be read. */
  source: z.string().min(1),
  traits,
};

/** The part of a manifest that no graph tells. */
const { resize, resample, pad, anchors, boxes, postprocess } = headsSchema.shape;
const input = z.strictObject({
  colour: z.enum(["rgb", "bgr"]),
  divisor: z.number(),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number(), z.number(), z.number()]),
});

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
      /** Order of the coordinates of a box; `xyxy` where absent. */
      corners: finishedSchema.shape.outputs.shape.corners.optional(),
      postprocess: finishedSchema.shape.postprocess,
    }),
  }),
]);

/** How the exports of one framework behave. */
export type Family = z.infer<typeof family>;

/** What a graph can tell of its family. */
export type FamilyTraits = z.infer<typeof traits>;

/** Every family that is known; those told apart by more come first. */
export const FAMILIES: readonly Family[] = z.array(family).parse(json);
