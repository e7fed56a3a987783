import { z } from "zod";
import { anchors } from "./schema/anchors.ts";
import { boxCoder } from "./schema/box_coder.ts";
import { graph, metrics, variant } from "./schema/graph.ts";
import { extraInput, input } from "./schema/input.ts";
import { finishedOutputs, headOutputs } from "./schema/outputs.ts";
import { finishedPostprocess, headPostprocess } from "./schema/postprocess.ts";
import { pad, resample, resize } from "./schema/resize.ts";
import { name } from "./schema/values.ts";

export { PRECISIONS } from "./schema/graph.ts";

// docs/manifest.md explains every property. The types in src/core explain `resize`, `pad`,
// `anchors` and `boxes`.

const common = {
  /** Version of the manifest format. */
  manifest: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower case letters, digits, '.', '_' and '-'"),
  title: name,
  licence: name,
  graph,
  /**
   * Graphs that some engines run instead of `graph`, for example a graph with int8 weights. Unset:
   * all engines run `graph`.
   */
  variants: z.array(variant).min(1).optional(),
  /** Class names. The index is the class id. Null: the model never returns this class id. */
  labels: z.array(name.nullable()).min(1),
  /** Measured results of the model, for example its mAP. The key is the name of the result. */
  metrics: metrics.default({}),
  /**
   * Properties of this manifest that no person has confirmed. The key is the path of a property.
   * The value explains why the property was set this way.
   */
  guesses: z.record(name, name).default({}),
  input,
  /** Inputs of the graph other than the image. Unset: the image is the only input. */
  extraInputs: z.array(extraInput).min(1).optional(),
  resize,
  resample,
  pad,
};

/**
 * Schema for graphs that return scores and an encoded box for each anchor. The graphs do not apply
 * NMS (non-maximum suppression).
 */
export const headsSchema = z.strictObject({
  ...common,
  outputs: headOutputs,
  anchors,
  boxes: boxCoder,
  postprocess: headPostprocess,
});

/** Schema for graphs that apply NMS (non-maximum suppression) themselves and return detections. */
export const finishedSchema = z.strictObject({
  ...common,
  outputs: finishedOutputs,
  postprocess: finishedPostprocess,
});

/**
 * Manifest of a graph that returns heads: for each anchor, logits or scores per class and an
 * encoded box.
 */
export type HeadsManifest = z.infer<typeof headsSchema>;

/** Manifest of a graph that applies NMS (non-maximum suppression) itself and returns detections. */
export type FinishedManifest = z.infer<typeof finishedSchema>;

/** Description of an exported model. `docs/manifest.md` explains every property. */
export type Manifest = HeadsManifest | FinishedManifest;
