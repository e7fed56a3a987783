import { z } from "zod";
import type { AnchorRule } from "../core/anchors.ts";
import type { BoxCoder } from "../core/box_coder.ts";
import type { PadRule, ResizeRule } from "../core/resize_rules.ts";
import { PROVIDERS } from "../core/provider.ts";
import { THRESHOLD_RANGE } from "../core/threshold_range.ts";

// docs/manifest.md explains every property. The types in src/core explain `resize`, `pad`,
// `anchors` and `boxes`. Type checks at the end of this file compare these four schemas with the
// types in src/core.

const positiveInteger = z.int().positive();
const positive = z.number().positive();
const fraction = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);
const name = z.string().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * Width or height of an input tensor, in pixels. Tensors with longer sides do not fit the memory of
 * any engine.
 */
const side = positiveInteger.max(16_384);
const size = { width: side, height: side };

/**
 * Number of boxes. The maximum of 100,000 limits the time and memory of NMS (non-maximum
 * suppression), which compares boxes with each other.
 */
const count = positiveInteger.max(100_000);

const corners = z.enum(["xyxy", "yxyx"]);
const boxForm = z.enum(["xyxy", "yxyx", "cxcywh"]);
const space = z.enum(["input", "unit"]);
const extent = z.enum(["edges", "last-pixel"]);
const factor = z.enum(["per-side", "one"]);
const layout = z.enum(["nchw", "nhwc"]);

const tensor = {
  name,
  layout,
  /** Number of images per run. Null: the input has no batch dimension. */
  batch: positiveInteger.nullable(),
  /** Order of the colour channels. */
  colour: z.enum(["rgb", "bgr"]),
};

/** Normalisation of pixel values 0 to 255: `(pixel / divisor - mean) / std`. */
const normalised = {
  ...tensor,
  divisor: positive,
  mean: triple,
  std: z.tuple([positive, positive, positive]),
};

const input = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("float32"), ...normalised }),
  z.strictObject({ type: z.literal("float16"), ...normalised }),
  z.strictObject({ type: z.literal("uint8"), ...tensor }),
]);

const keepsAspect = { rounding: z.enum(["floor", "half-up", "half-even"]), factor };

const resize = z.discriminatedUnion("kind", [
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

const resample = z.strictObject({
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

const pad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), value }),
  z.strictObject({ kind: z.literal("multiple"), of: positiveInteger.max(4096), align, value }),
  z.strictObject({ kind: z.literal("fixed"), ...size, align, value }),
]);

const headOutputs = z.discriminatedUnion("kind", [
  /**
   * Two outputs per level of the feature pyramid: a class head (scores) and a box head.
   *
   * The class head has the shape `[images, anchors * classes, rows, columns]`. The box head has the
   * shape `[images, anchors * 4, rows, columns]`. `anchors` is the number of anchors per grid cell.
   * With the layout `nhwc`, the second dimension comes last.
   */
  z.strictObject({
    kind: z.literal("levels"),
    layout,
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
const finishedOutputs = z.strictObject({
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

const anchors = z.discriminatedUnion("kind", [
  ...computedAnchors,
  /** Anchors that the graph returns as an output `[anchors, 4]` or `[images, anchors, 4]`. */
  z.strictObject({ kind: z.literal("output"), name, corners, space }),
  /** No anchors, because the graph returns decoded boxes. */
  z.strictObject({ kind: z.literal("none") }),
]);

const deltas = {
  order: z.enum(["xy", "yx"]),
  weights: z.tuple([positive, positive, positive, positive]),
  extent,
};

const boxCoder = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("centre-size"), ...deltas, clamp: positive.nullable() }),
  z.strictObject({ kind: z.literal("corners"), ...deltas }),
  z.strictObject({ kind: z.literal("decoded"), corners: boxForm, space, extent }),
]);

const finishedPostprocess = {
  /** Score threshold for requests that set no threshold. */
  score: fraction,
  /** Operator that compares a score with the threshold: `greater` is `>`, `at-least` is `>=`. */
  scoreTest: z.enum(["greater", "at-least"]),
  /** Maximum number of detections per image. */
  limit: count,
};

const headPostprocess = z.strictObject({
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
   */
  empty: z.enum(["keep", "drop"]),
  ...finishedPostprocess,
});

/**
 * Name of a number that depends on the image. Sides are in pixels. A scale is the resized side
 * divided by the source side.
 */
const imageNumber = z.enum([
  ...["source-height", "source-width", "resized-height", "resized-width"] as const,
  ...["input-height", "input-width", "scale-y", "scale-x"] as const,
]);

/** Input of the graph other than the image, such as the size of the image. */
const extraInput = z.strictObject({
  name,
  type: z.enum(["float32", "int64", "int32"]),
  shape: z.array(positiveInteger).max(4),
  /**
   * Values in row-major order. Each value is a constant, or the name of a number that depends on
   * the image.
   */
  value: z.array(z.union([z.number(), imageNumber])).min(1).max(64),
});

const fingerprint = {
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
  bytes: positiveInteger,
};

const metrics = z.record(name, z.number());

const dataFile = z.strictObject({
  /** Name of the file, as written in the graph. */
  file: z.string().regex(/^(?!\.)[\w. -]+$/, "the plain name of a file"),
  ...fingerprint,
});

/** Element types of weights. */
export const PRECISIONS = ["float32", "float16", "int8"] as const;

const graph = {
  file: z.string().regex(/^[\w. -]+\.onnx$/, "the plain name of an .onnx file"),
  ...fingerprint,
  /**
   * Files with weights of the graph (ONNX external data). Unset: the graph file contains all
   * weights.
   */
  data: z.array(dataFile).min(1).optional(),
  /** Element type of most weights of the graph. Unset: unknown. */
  precision: z.enum(PRECISIONS).optional(),
};

/** Graph that some engines run instead of `graph`. Both graphs have the same inputs and outputs. */
const variant = z.strictObject({
  ...graph,
  /** Engines that run the variant. */
  engines: z.array(z.enum(PROVIDERS)).min(1),
  /** Measured results of this variant, for example its mAP. The key is the name of the result. */
  metrics: metrics.default({}),
});

const common = {
  /** Version of the manifest format. */
  manifest: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower case letters, digits, '.', '_' and '-'"),
  title: name,
  licence: name,
  graph: z.strictObject(graph),
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
  postprocess: z.strictObject(finishedPostprocess),
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

// Type checks: a line fails to compile if a schema above differs from its type in src/core.
true satisfies Same<z.infer<typeof resize>, ResizeRule>;
true satisfies Same<z.infer<typeof pad>, PadRule & { readonly value: z.infer<typeof value> }>;
true satisfies Same<z.infer<typeof computedAnchors[number]>, AnchorRule>;
true satisfies Same<z.infer<typeof boxCoder>, BoxCoder>;

/**
 * True if two types are equal. The modifier `readonly` is ignored, and `A & B` equals the merged
 * object type.
 */
type Same<A, B> = Identical<Plain<A>, Plain<B>>;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Type `T` with readonly properties, and with intersections merged into one object type. */
type Plain<T> = T extends object ? { readonly [Key in keyof T]: Plain<T[Key]> } : T;
