import { z } from "zod";
import json from "./families.json" with { type: "json" };
import { finishedSchema, headsSchema } from "../manifest/manifest_schema.ts";

/**
 * Traits that the graphs of a model family have in common. A graph matches the family only if it
 * has all traits that are set.
 */
const traits = z.strictObject({
  /** Kind of the outputs, as in the manifest's `outputs.kind`. */
  outputs: z.enum(["levels", "joined", "finished"]),
  /**
   * Meaning of the numbers in the class head, the output with the scores. `ScoreKind` explains each
   * meaning.
   */
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
  /**
   * True if the box head (output for boxes) contains complete boxes. False if it contains deltas,
   * which are differences between boxes and anchors.
   */
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
  /** Beginning of the name of the first class head (output with scores). */
  prefix: z.string().optional(),
});

const shared = {
  /** Name of the family. */
  family: z.string().min(1),
  /** Code or paper that defines the behaviour of the model family. */
  source: z.string().min(1),
  /**
   * Pattern for names of weights and outputs that only the framework of this family uses. Unset:
   * the framework has no typical names.
   */
  names: z.string().optional(),
  /**
   * True if only the framework of this family uses such names of weights, so that they tell the
   * family of a graph with heads per level. Unset: other code may use these names, too.
   */
  isDistinct: z.boolean().optional(),
  /**
   * Pattern for names of weights. A graph matches the family only if it has such a weight. Unset:
   * the names of weights do not matter.
   */
  weights: z.string().optional(),
  /** Smallest class id that the graphs return. Unset: 0. Only for graphs that apply NMS. */
  firstId: z.literal(1).optional(),
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
 * Schema of a model family in `families.json`. The first variant is for graphs without NMS, the
 * second for graphs that apply NMS themselves.
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

/** Traits of the graphs of a model family. */
export type FamilyTraits = z.infer<typeof traits>;

/** All known model families, from `families.json`. */
export const FAMILIES: readonly Family[] = z.array(family).parse(json);
