import { z } from "zod";
import type { AnchorRule } from "../core/anchors.ts";
import type { BoxCoder } from "../core/box_coder.ts";
import type { PadRule, ResizeRule } from "../core/resize_plan.ts";
import { THRESHOLD_RANGE } from "../core/threshold_range.ts";

// The rules `resize`, `pad`, `anchors` and `boxes` are types of src/core and are explained there;
// the end of this file ties each schema to its type. docs/manifest.md explains every property.

const positiveInteger = z.int().positive();
const positive = z.number().positive();
const fraction = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);
const name = z.string().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** Side of an input, in pixels. The maximum is beyond any input that an engine can hold. */
const side = positiveInteger.max(16_384);
const size = { width: side, height: side };

/** Number of candidates or detections. NMS holds them in memory and compares them in pairs. */
const count = positiveInteger.max(100_000);

const corners = z.enum(["xyxy", "yxyx"]);
const space = z.enum(["input", "unit"]);
const extent = z.enum(["edges", "last-pixel"]);
const factor = z.enum(["per-side", "one"]);
const layout = z.enum(["nchw", "nhwc"]);

const tensor = {
  name,
  layout,
  /** Images per run, or null if the input has no batch dimension. */
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
  /** True if a downscale averages all source pixels that an output pixel covers. */
  antialias: z.boolean(),
  /** Sampling step: from each side's own ratio, or from the `one` factor before rounding. */
  factor,
  /** Rounding to bytes: never, or after the horizontal and again after the vertical pass. */
  rounding: z.enum(["none", "each-pass"]),
});

/** Value of the padding in the tensor: one number, or one per channel in the order of `colour`. */
const value = z.union([z.number(), triple]);

const pad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), value }),
  z.strictObject({ kind: z.literal("multiple"), of: positiveInteger.max(4096), value }),
  z.strictObject({ kind: z.literal("fixed"), ...size, value }),
]);

const headOutputs = z.discriminatedUnion("kind", [
  /** Two heads per level: `[N, A·K, H, W]` and `[N, A·4, H, W]`, or channels last. */
  z.strictObject({
    kind: z.literal("levels"),
    layout,
    /** Output names, finest level first. */
    scores: z.array(name).min(1),
    /** Output names, finest level first. */
    deltas: z.array(name).min(1),
  }),
  /** Two heads over all levels: `[N, R, K]` and `[N, R, 4]`, finest level first. */
  z.strictObject({ kind: z.literal("joined"), scores: name, deltas: name }),
]);

/** Detections after NMS in the graph: `[M, 4]`, `[M]` and `[M]`, with N in front if `batched`. */
const finishedOutputs = z.strictObject({
  kind: z.literal("finished"),
  boxes: name,
  scores: name,
  labels: name,
  /** Output that counts the valid rows of the M, or null if the graph has none. */
  count: name.nullable(),
  batched: z.boolean(),
  corners,
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
  /** Anchors are an output of the graph: `[N, R, 4]` or `[R, 4]`. */
  z.strictObject({ kind: z.literal("output"), name, corners, space }),
  /** No anchors: the graph decodes its boxes. */
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
  z.strictObject({ kind: z.literal("decoded"), corners, space, extent }),
]);

const finishedPostprocess = {
  /** Default score threshold. */
  score: fraction,
  /** Comparison with the score threshold: `>` or `>=`. */
  scoreTest: z.enum(["greater", "at-least"]),
  /** Maximum number of detections per image. */
  limit: count,
};

const headPostprocess = z.strictObject({
  /** Function from the class head's numbers to scores; `none` if the graph applies it. */
  activation: z.enum(["sigmoid", "softmax", "none"]),
  /** Class id of the background, or null if there is none. */
  background: z.int().nonnegative().nullable(),
  /** Maximum number of (anchor, class) pairs, best first; null for no limit of the model. */
  candidates: z.strictObject({ perLevel: count.nullable(), total: count.nullable() }),
  /** Area to which boxes are clipped before NMS. All are clipped to the source after it. */
  clip: z.enum(["none", "picture", "input-pixels", "grid-pixels"]),
  nms: z.strictObject({
    /** Maximum IoU of two kept boxes. */
    iou: fraction,
    perClass: z.boolean(),
  }),
  /** Treatment of detections that have no width or no height after the last clip. */
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
  /** Class names by class id; null for an id that the model never returns. */
  labels: z.array(name.nullable()).min(1),
  /** Measured figures by name. */
  metrics: z.record(name, z.number()).default({}),
  /** Unconfirmed properties by path, each with the reason for its value. */
  guesses: z.record(name, name).default({}),
  input,
  resize,
  resample,
  pad,
};

/** Schema of a graph that returns heads: anchors, decoding and NMS are left to this project. */
export const headsSchema = z.strictObject({
  ...common,
  outputs: headOutputs,
  anchors,
  boxes: boxCoder,
  postprocess: headPostprocess,
});

/** Schema of a graph that returns detections. */
export const finishedSchema = z.strictObject({
  ...common,
  outputs: finishedOutputs,
  postprocess: z.strictObject(finishedPostprocess),
});

/** Manifest of a graph that returns heads: logits or scores, and deltas. */
export type HeadsManifest = z.infer<typeof headsSchema>;

/** Manifest of a graph that returns detections. */
export type FinishedManifest = z.infer<typeof finishedSchema>;

/** Behaviour of an exported model, property by property; `docs/manifest.md` explains each. */
export type Manifest = HeadsManifest | FinishedManifest;

// Each line stops compiling as soon as a schema and its rule in src/core differ in a property or in
// a word.
true satisfies Same<z.infer<typeof resize>, ResizeRule>;
true satisfies Same<z.infer<typeof pad>, PadRule & { readonly value: z.infer<typeof value> }>;
true satisfies Same<z.infer<typeof computedAnchors[number]>, AnchorRule>;
true satisfies Same<z.infer<typeof boxCoder>, BoxCoder>;

/** True if two types are equal, `readonly` and intersections of objects aside. */
type Same<A, B> = Identical<Plain<A>, Plain<B>>;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** A type with every property `readonly` and every intersection of objects merged. */
type Plain<T> = T extends object ? { readonly [Key in keyof T]: Plain<T[Key]> } : T;
