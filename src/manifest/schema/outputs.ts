import { z } from "zod";
import { HEAD_LAYOUTS } from "../../core/head_layout.ts";
import { boxForm, name } from "./values.ts";

/** Schema of the property `outputs` of a graph that returns heads. */
export const headOutputs = z.discriminatedUnion("kind", [
  /**
   * Two outputs per level of the feature pyramid: a class head (scores) and a box head.
   *
   * The class head has the shape `[images, anchors * classes, rows, columns]`. The box head has the
   * shape `[images, anchors * 4, rows, columns]`. `anchors` is the number of anchors per grid cell.
   * With the layout `nhwc`, the second dimension comes last. With a layout of five letters, anchors
   * and channels are two dimensions. `HEAD_LAYOUTS` explains the letters.
   */
  z.strictObject({
    kind: z.literal("levels"),
    layout: z.enum(HEAD_LAYOUTS),
    /**
     * Names of the class heads (outputs with scores). The level with the smallest grid cells comes
     * first.
     */
    scores: z.array(name).min(1),
    /** Names of the box heads (outputs for boxes), in the order of the class heads. */
    deltas: z.array(name).min(1),
  }),
  /**
   * Two outputs with the anchors of all levels: a class head `[images, anchors, classes]` (scores)
   * and a box head `[images, anchors, 4]`. The anchors of the level with the smallest grid cells
   * come first.
   */
  z.strictObject({
    kind: z.literal("joined"),
    scores: name,
    deltas: name,
    /**
     * True if the last two dimensions are swapped: `[images, classes, anchors]` and
     * `[images, 4, anchors]`. Unset: false.
     */
    transposed: z.boolean().optional(),
    /**
     * Order of the columns if `scores` and `deltas` are one output
     * `[images, anchors, 4 + classes]`. Unset: `scores` and `deltas` are two outputs.
     */
    packed: z.enum(["boxes-first", "scores-first"]).optional(),
  }),
]);

/**
 * Outputs of a graph that applies NMS itself: boxes `[detections, 4]`, scores `[detections]` and
 * class ids `[detections]`. If `batched` is true, each output has one more dimension, the number of
 * images, which comes first.
 */
export const finishedOutputs = z.strictObject({
  kind: z.literal("finished"),
  boxes: name,
  /**
   * Name of the output with the scores. Null: the scores are a column of the output with the boxes.
   */
  scores: name.nullable(),
  /**
   * Name of the output with the class ids. Null: the class ids are a column of the output with the
   * boxes. In this case, the output with the boxes has the shape `[detections, 6]`.
   */
  labels: name.nullable(),
  /**
   * Order of the columns in the output with the boxes, if this output also contains class ids and
   * scores. Unset: the output with the boxes contains no class ids.
   */
  columns: z.enum(["label-score-box", "box-score-label"]).optional(),
  /** Name of the output with the number of valid detections. Null: all detections are valid. */
  count: name.nullable(),
  batched: z.boolean(),
  corners: boxForm,
  /**
   * Unit of the boxes. `input`: pixels of the input tensor. `unit`: fractions of the sides of the
   * input tensor. `source`: pixels of the image after its EXIF orientation is applied.
   */
  space: z.enum(["input", "unit", "source"]),
});
