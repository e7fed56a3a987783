import { z } from "zod";
import json from "./families.json" with { type: "json" };
import { finishedSchema, headsSchema } from "../manifest/manifest_schema.ts";

/** Traits by which a family is recognised. A graph must match every trait that is set. */
const traits = z.strictObject({
  /** Kind of the outputs, as in the manifest's `outputs.kind`. */
  outputs: z.enum(["levels", "joined", "finished"]),
  /** Meaning of the class head's numbers, as in `ScoreKind`. */
  scores: z.enum(["logits", "probabilities", "distribution"]).optional(),
  /** Layout of the input. */
  layout: z.enum(["nchw", "nhwc"]).optional(),
  /** Element type of the input. */
  type: z.enum(["float32", "float16", "uint8"]).optional(),
  /** Size of the input. `open`: the graph accepts any size. `fixed` includes `square`. */
  size: z.enum(["open", "fixed", "square"]).optional(),
  /** True if the graph returns its anchors. */
  anchors: z.boolean().optional(),
  /** True if the box head holds boxes instead of deltas. */
  decoded: z.boolean().optional(),
  /** True if the outputs of a graph with NMS inside have a batch dimension. */
  batched: z.boolean().optional(),
  /** True if a graph with NMS inside also returns the number of valid detections. */
  count: z.boolean().optional(),
  /** True if the input has a batch dimension. */
  batch: z.boolean().optional(),
  /** Start of the name of the first class head. */
  prefix: z.string().optional(),
});

const shared = {
  /** Name of the family. */
  family: z.string().min(1),
  /** Code or paper that defines the family's behaviour. */
  source: z.string().min(1),
  traits,
};

const { resize, resample, pad, anchors, boxes, postprocess } = headsSchema.shape;

const input = z.strictObject({
  colour: z.enum(["rgb", "bgr"]),
  divisor: z.number(),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number(), z.number(), z.number()]),
});

/** Family in `families.json`: models without NMS (first schema) or with NMS inside (second). */
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
