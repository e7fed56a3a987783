import { z } from "zod";
import { count, fraction } from "./values.ts";

const shared = {
  /** Score threshold for requests that set no threshold. */
  score: fraction,
  /** Operator that compares a score with the threshold: `greater` is `>`, `at-least` is `>=`. */
  scoreTest: z.enum(["greater", "at-least"]),
  /** Maximum number of detections per image. */
  limit: count,
};

/** Schema of the property `postprocess` of a graph that applies NMS itself. */
export const finishedPostprocess = z.strictObject(shared);

/** Schema of the property `postprocess` of a graph that returns heads. */
export const headPostprocess = z.strictObject({
  /**
   * Function that converts the numbers of the class head to scores. `none`: the numbers already are
   * scores.
   */
  activation: z.enum(["sigmoid", "softmax", "none"]),
  /** Class id that means "no object". Null: the model has no class for the background. */
  background: z.int().nonnegative().nullable(),
  /**
   * Maximum number of candidates for NMS, for each level and in total. A candidate is a pair of an
   * anchor and a class. Null: the manifest sets no maximum.
   */
  candidates: z.strictObject({ perLevel: count.nullable(), total: count.nullable() }),
  /**
   * Area to which boxes are clipped before NMS. After NMS, all boxes are clipped to the source
   * image.
   */
  clip: z.enum(["none", "picture", "input-pixels", "grid-pixels"]),
  nms: z.strictObject({
    /**
     * Threshold of the IoU (intersection over union). If the IoU of two boxes is greater, only the
     * better box is kept.
     */
    iou: fraction,
    perClass: z.boolean(),
  }),
  /**
   * Treatment of boxes that have no width or no height after they are clipped to the source image.
   * `drop-first`: also dropped before NMS, after they are clipped to the area of `clip`.
   */
  empty: z.enum(["keep", "drop", "drop-first"]),
  ...shared,
});
