import { z } from "zod";
import { THRESHOLD_RANGE } from "../core/threshold_range.ts";

const positive = z.int().positive();
const fraction = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);
const name = z.string().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const above = z.number().positive();
/** Of an input that any engine here could hold. */
const length = positive.max(16_384);
const side = { width: length, height: length };
/** Of things that are kept in memory and compared with each other. */
const number = positive.max(100_000);

/** Order of the coordinates in a row of four. */
const corners = z.enum(["xyxy", "yxyx"]);

/** Coordinates in pixels of the input, or in 0–1 of its sides. */
const space = z.enum(["input", "unit"]);

/** Whether a box ends at an edge, or (legacy) at its last pixel: its width is then x2 − x1 + 1. */
const extent = z.enum(["edges", "last-pixel"]);

const tensor = {
  name,
  /** Order of the tensor's sides. */
  layout: z.enum(["nchw", "nhwc"]),
  /** Images that one run takes; null where the input has no such side. */
  batch: positive.nullable(),
  colour: z.enum(["rgb", "bgr"]),
};

const normalised = {
  ...tensor,
  /** Pixel values are divided by this first: 255 for 0–1, 1 for 0–255. */
  divisor: above,
  mean: triple,
  std: z.tuple([above, above, above]),
};

const input = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("float32"), ...normalised }),
  z.strictObject({ type: z.literal("float16"), ...normalised }),
  /** Pixel values as they are. */
  z.strictObject({ type: z.literal("uint8"), ...tensor }),
]);

/** Each side's own ratio after rounding, or the one factor of both sides before it. */
const factor = z.enum(["per-side", "one"]);

const keepsAspect = {
  /** How a side becomes whole: 0.5 goes up with `half-up`. */
  rounding: z.enum(["floor", "half-up", "half-even"]),
  /** By what a box goes back to the source. */
  factor,
};

const resize = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("fit"), ...side, ...keepsAspect }),
  z.strictObject({
    kind: z.literal("shortest"),
    shortest: length,
    longest: length,
    scale: z.enum(["float64", "float32-reciprocal"]),
    ...keepsAspect,
  }),
  z.strictObject({ kind: z.literal("stretch"), ...side }),
  /** The graph takes the image as it is. */
  z.strictObject({ kind: z.literal("none") }),
]);

const resample = z.strictObject({
  kind: z.literal("bilinear"),
  antialias: z.boolean(),
  /** By what pixels are sampled: OpenCV takes one factor where it is given one. */
  factor,
  /** Whether pixels become whole numbers after the pass over the rows and that over the columns. */
  rounding: z.enum(["none", "each-pass"]),
});

/** Value of the padding as the tensor holds it; three in the order of its colours. */
const value = z.union([z.number(), triple]);

const pad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), value }),
  z.strictObject({ kind: z.literal("multiple"), of: positive.max(4096), value }),
  z.strictObject({ kind: z.literal("fixed"), ...side, value }),
]);

const headOutputs = z.discriminatedUnion("kind", [
  /** One pair of heads per level: `[N, A·K, H, W]` and `[N, A·4, H, W]`, or channels last. */
  z.strictObject({
    kind: z.literal("levels"),
    layout: z.enum(["nchw", "nhwc"]),
    scores: z.array(name).min(1),
    deltas: z.array(name).min(1),
  }),
  /** All levels in one pair: `[N, R, K]` and `[N, R, 4]`, finest level first. */
  z.strictObject({ kind: z.literal("joined"), scores: name, deltas: name }),
]);

/** Suppressed inside the graph: `[M, 4]`, `[M]` and `[M]`, each with N before it if `batched`. */
const finishedOutputs = z.strictObject({
  kind: z.literal("finished"),
  boxes: name,
  scores: name,
  labels: name,
  /** How many of the M rows are meant, where the graph tells; null where it does not. */
  count: name.nullable(),
  batched: z.boolean(),
  corners,
  space,
});

const grid = {
  /** Centre of a cell's anchors, in strides from the cell's top left corner. */
  centre: fraction,
  strides: z.enum(["nominal", "floor-input-over-grid", "input-width-over-grid"]),
  extent,
};

const anchors = z.discriminatedUnion("kind", [
  /** Every size in every ratio. */
  z.strictObject({
    kind: z.literal("sizes"),
    levels: z.array(z.strictObject({ stride: positive, sizes: z.array(above).min(1) })).min(1),
    /** Whether sizes are pixels of the input, or multiples of the stride. */
    unit: z.enum(["pixels", "strides"]),
    /** Height over width. */
    ratios: z.array(above).min(1),
    /** Which of the two varies slowest within a cell. */
    order: z.enum(["ratio-size", "size-ratio"]),
    /** What becomes of the corners around a cell's centre. */
    rounding: z.enum(["none", "half-even"]),
    ...grid,
  }),
  /** Width and height of each anchor of a cell, in pixels of the input. */
  z.strictObject({
    kind: z.literal("shapes"),
    levels: z.array(z.strictObject({
      stride: positive,
      shapes: z.array(z.tuple([above, above])).min(1),
    })).min(1),
    ...grid,
  }),
  /** The graph puts its anchors out: `[N, R, 4]` or `[R, 4]`. */
  z.strictObject({ kind: z.literal("output"), name, corners, space }),
  /** There are none: the boxes are decoded in the graph. */
  z.strictObject({ kind: z.literal("none") }),
]);

const deltas = {
  /** Whether deltas come as x, y or as y, x. */
  order: z.enum(["xy", "yx"]),
  /** The deltas were multiplied by these for training; in the order x, y, x, y. */
  weights: z.tuple([above, above, above, above]),
  extent,
};

const boxes = z.discriminatedUnion("kind", [
  /** Shift of the centre in anchor sides, logarithm of the sides. */
  z.strictObject({ kind: z.literal("centre-size"), ...deltas, clamp: above.nullable() }),
  /** Shift of each corner in anchor sides. */
  z.strictObject({ kind: z.literal("corners"), ...deltas }),
  /** Boxes already. */
  z.strictObject({ kind: z.literal("decoded"), corners, space, extent }),
]);

const threshold = {
  score: fraction,
  /** Whether a score that equals the threshold passes. */
  scoreTest: z.enum(["greater", "at-least"]),
  /** Most detections per image. */
  limit: number,
};

const headPostprocess = z.strictObject({
  /** What turns the numbers of the class head into scores. */
  activation: z.enum(["sigmoid", "softmax", "none"]),
  /** Class id that means nothing is there; null where there is none. */
  background: z.int().nonnegative().nullable(),
  /** Most candidates, best first, over all (anchor, class) pairs of a level and of all levels. */
  candidates: z.strictObject({ perLevel: number.nullable(), total: number.nullable() }),
  /** What boxes are clipped to before NMS; all are clipped to the source after it. */
  clip: z.enum(["none", "picture", "input-pixels", "grid-pixels"]),
  nms: z.strictObject({
    /** A box goes when its IoU with a better one is strictly greater. */
    iou: fraction,
    perClass: z.boolean(),
  }),
  /** What becomes of detections without width or height after the last clip. */
  empty: z.enum(["keep", "drop"]),
  ...threshold,
});

const common = {
  /** Version of this format. */
  manifest: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower case letters, digits, '.', '_' and '-'"),
  title: name,
  licence: name,
  graph: z.strictObject({
    file: z.string().regex(/^[\w. -]+\.onnx$/, "the plain name of an .onnx file"),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    bytes: positive,
  }),
  /** Class names by class id; null for an id that the model never gives. */
  labels: z.array(name.nullable()).min(1),
  metrics: z.record(name, z.number()).default({}),
  /** Properties that nobody has confirmed yet, each with the reason for its value. */
  guesses: z.record(name, name).default({}),
  input,
  resize,
  resample,
  pad,
};

/** A graph that puts out heads; everything after them is ours. */
export const headsSchema = z.strictObject({
  ...common,
  outputs: headOutputs,
  anchors,
  boxes,
  postprocess: headPostprocess,
});

/** A graph that puts out detections. */
export const finishedSchema = z.strictObject({
  ...common,
  outputs: finishedOutputs,
  postprocess: z.strictObject(threshold),
});

/** How an export behaves that puts out heads: logits or scores, and deltas. */
export type HeadsManifest = z.infer<typeof headsSchema>;

/** How an export behaves that puts out detections. */
export type FinishedManifest = z.infer<typeof finishedSchema>;

/** How an export behaves, property by property; `docs/manifest.md` explains each. */
export type Manifest = HeadsManifest | FinishedManifest;
