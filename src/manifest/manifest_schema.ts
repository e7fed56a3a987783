import { z } from "zod";
import type { AnchorRule } from "../core/anchors.ts";
import type { BoxCoder } from "../core/box_coder.ts";
import type { PadRule, ResizeRule } from "../core/resize_plan.ts";
import { THRESHOLD_RANGE } from "../core/threshold_range.ts";

// docs/manifest.md explains every property. Types in src/core explain `resize`, `pad`, `anchors`
// and `boxes`; the end of this file checks that each schema equals its type.

const positiveInteger = z.int().positive();
const positive = z.number().positive();
const fraction = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);
const name = z.string().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** Width or height of an input tensor, in pixels. No engine can hold more than the maximum. */
const side = positiveInteger.max(16_384);
const size = { width: side, height: side };

/** Number of boxes. The maximum bounds the memory and the time of NMS, which compares all pairs. */
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
  /** Number of images per run, or null if the input has no batch dimension. */
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
  z.strictObject({ kind: z.literal("stretch"), ...size }),
  z.strictObject({ kind: z.literal("none") }),
]);

const resample = z.strictObject({
  kind: z.literal("bilinear"),
  /** True if an image that shrinks is averaged, so that every source pixel counts. */
  antialias: z.boolean(),
  /**
   * Distance between two sampling positions, in source pixels.
   *
   * `per-side`: width (or height) of the source divided by that of the resized image. `one`: the
   * same quotient for both axes, from the sides before rounding.
   */
  factor,
  /** Rounding to whole bytes: never, or after the horizontal and again after the vertical pass. */
  rounding: z.enum(["none", "each-pass"]),
});

/**
 * Number that fills the padding of the input tensor.
 *
 * Three numbers, one per colour channel, are in the order of `input.colour`.
 */
const value = z.union([z.number(), triple]);

/** Place of the image in the padded input. Unset: `start`, the top left. */
const align = z.enum(["start", "centre"]).optional();

const pad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), value }),
  z.strictObject({ kind: z.literal("multiple"), of: positiveInteger.max(4096), align, value }),
  z.strictObject({ kind: z.literal("fixed"), ...size, align, value }),
]);

const headOutputs = z.discriminatedUnion("kind", [
  /**
   * Two outputs per pyramid level: a class head `[N, A·K, H, W]` and a box head `[N, A·4, H, W]`.
   *
   * N images, A anchors per cell, K classes, a grid of H rows and W columns. With the layout
   * `nhwc` the channels are the last dimension.
   */
  z.strictObject({
    kind: z.literal("levels"),
    layout,
    /** Names of the class heads, from the level with the smallest cells to the largest. */
    scores: z.array(name).min(1),
    /** Names of the box heads, in the same order. */
    deltas: z.array(name).min(1),
  }),
  /**
   * Two outputs for all levels together: a class head `[N, R, K]` and a box head `[N, R, 4]`.
   *
   * N images, K classes and R rows, one per anchor. The level with the smallest cells comes first.
   */
  z.strictObject({ kind: z.literal("joined"), scores: name, deltas: name }),
]);

/**
 * Outputs of a graph that applies NMS itself: boxes `[M, 4]`, scores `[M]` and class ids `[M]` of
 * M detections. With `batched`, each shape begins with the number of images.
 */
const finishedOutputs = z.strictObject({
  kind: z.literal("finished"),
  boxes: name,
  /** Name of the scores, or null if they are the fifth column of the boxes: `[M, 5]`. */
  scores: name.nullable(),
  labels: name,
  /** Name of the output that holds the number of valid detections, or null if there is none. */
  count: name.nullable(),
  batched: z.boolean(),
  corners: boxForm,
  space,
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
  /** The graph returns its R anchors: `[R, 4]`, or `[N, R, 4]` for a batch of N images. */
  z.strictObject({ kind: z.literal("output"), name, corners, space }),
  /** The graph returns boxes that it has already decoded, so no anchors are needed. */
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
  /** Score threshold of a request that sets none. */
  score: fraction,
  /** Comparison of a score with the threshold: `greater` is `>`, `at-least` is `>=`. */
  scoreTest: z.enum(["greater", "at-least"]),
  /** Maximum number of detections per image. */
  limit: count,
};

const headPostprocess = z.strictObject({
  /** Function that turns the numbers of the class head into scores; `none` if they are scores. */
  activation: z.enum(["sigmoid", "softmax", "none"]),
  /** Class id that means "no object here", or null if the model has no such class. */
  background: z.int().nonnegative().nullable(),
  /** Maximum number of (anchor, class) pairs that are decoded. Null: the model sets no limit. */
  candidates: z.strictObject({ perLevel: count.nullable(), total: count.nullable() }),
  /** Area to which boxes are clipped before NMS. After NMS, boxes are clipped to the source. */
  clip: z.enum(["none", "picture", "input-pixels", "grid-pixels"]),
  nms: z.strictObject({
    /** Maximum overlap (intersection over union) of two boxes that are both kept. */
    iou: fraction,
    perClass: z.boolean(),
  }),
  /** Decision about boxes that have no width or no height after they were clipped to the source. */
  empty: z.enum(["keep", "drop"]),
  ...finishedPostprocess,
});

const common = {
  /** Version of the manifest format. */
  manifest: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower case letters, digits, '.', '_' and '-'"),
  title: name,
  licence: name,
  graph: z.strictObject({
    file: z.string().regex(/^[\w. -]+\.onnx$/, "the plain name of an .onnx file"),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    bytes: positiveInteger,
  }),
  /** Class names; the index is the class id. Null for an id that the model never returns. */
  labels: z.array(name.nullable()).min(1),
  /** Results of measurements of the model, such as its mAP, by name. */
  metrics: z.record(name, z.number()).default({}),
  /** Properties of this manifest that nobody has confirmed: path and reason of the value. */
  guesses: z.record(name, name).default({}),
  input,
  resize,
  resample,
  pad,
};

/** Schema for graphs that return class heads and box heads. NMS is left to this project. */
export const headsSchema = z.strictObject({
  ...common,
  outputs: headOutputs,
  anchors,
  boxes: boxCoder,
  postprocess: headPostprocess,
});

/** Schema for graphs that apply NMS themselves and return finished detections. */
export const finishedSchema = z.strictObject({
  ...common,
  outputs: finishedOutputs,
  postprocess: z.strictObject(finishedPostprocess),
});

/** Manifest of a graph that returns heads: scores (or logits) per class, and box deltas. */
export type HeadsManifest = z.infer<typeof headsSchema>;

/** Manifest of a graph that applies NMS itself and returns finished detections. */
export type FinishedManifest = z.infer<typeof finishedSchema>;

/** Description of an exported model; `docs/manifest.md` explains every property. */
export type Manifest = HeadsManifest | FinishedManifest;

// Each of these lines fails to compile if a schema above differs from its type in src/core.
true satisfies Same<z.infer<typeof resize>, ResizeRule>;
true satisfies Same<z.infer<typeof pad>, PadRule & { readonly value: z.infer<typeof value> }>;
true satisfies Same<z.infer<typeof computedAnchors[number]>, AnchorRule>;
true satisfies Same<z.infer<typeof boxCoder>, BoxCoder>;

/** True if two types are equal; differences in `readonly` and in intersections do not matter. */
type Same<A, B> = Identical<Plain<A>, Plain<B>>;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Type `T` with every property `readonly` and every intersection of objects merged into one. */
type Plain<T> = T extends object ? { readonly [Key in keyof T]: Plain<T[Key]> } : T;
