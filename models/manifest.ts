import { z } from "zod";
import { DomainError } from "../src/core/domain_error.ts";

const positive = z.int().positive();
const fraction = z.number().min(0).max(1);
const name = z.string().min(1);
const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const side = { width: positive, height: positive };

const input = z.strictObject({
  name,
  /** Order of the tensor's sides. */
  layout: z.literal("nchw"),
  type: z.literal("float32"),
  colour: z.enum(["rgb", "bgr"]),
  /** Pixel values are divided by this first: 255 for 0–1, 1 for 0–255. */
  divisor: z.number().positive(),
  mean: perChannel,
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
});

const resize = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("fit"), ...side }),
  z.strictObject({
    kind: z.literal("shortest"),
    shortest: positive,
    longest: positive,
    scale: z.enum(["float64", "float32-reciprocal"]),
  }),
  z.strictObject({ kind: z.literal("stretch"), ...side }),
]);

/** Value of the padding, after normalising. */
const value = z.number();

const pad = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none"), value }),
  z.strictObject({ kind: z.literal("multiple"), of: positive, value }),
  z.strictObject({ kind: z.literal("fixed"), ...side, value }),
]);

const outputs = z.discriminatedUnion("kind", [
  /** One pair of heads per level: `[1, A·K, H, W]` and `[1, A·4, H, W]`, or channels last. */
  z.strictObject({
    kind: z.literal("levels"),
    layout: z.enum(["nchw", "nhwc"]),
    scores: z.array(name).min(1),
    deltas: z.array(name).min(1),
  }),
  /** All levels in one pair: `[1, R, K]` and `[1, R, 4]`, finest level first. */
  z.strictObject({ kind: z.literal("joined"), scores: name, deltas: name }),
]);

const anchors = z.strictObject({
  levels: z.array(z.strictObject({
    stride: positive,
    sizes: z.array(z.number().positive()).min(1),
  })).min(1),
  ratios: z.array(z.number().positive()).min(1),
  order: z.enum(["ratio-size", "size-ratio"]),
  rounding: z.enum(["none", "half-even"]),
  centre: fraction,
  strides: z.enum(["nominal", "floor-input-over-grid"]),
});

const boxes = z.strictObject({
  kind: z.literal("centre-size"),
  weights: z.tuple([
    z.number().positive(),
    z.number().positive(),
    z.number().positive(),
    z.number().positive(),
  ]),
  clamp: z.number().positive().nullable(),
});

const postprocess = z.strictObject({
  /** What turns the numbers of the class head into scores. */
  activation: z.literal("sigmoid"),
  /** A candidate's score is strictly greater. */
  score: fraction,
  /** Most candidates per level, best first, over all (anchor, class) pairs. */
  candidatesPerLevel: positive,
  /** Whether boxes are clipped to the resized picture before NMS, or to the source after it. */
  clip: z.enum(["before-nms", "after-nms"]),
  nms: z.strictObject({
    /** A box goes when its IoU with a better one is strictly greater. */
    iou: fraction,
    perClass: z.boolean(),
  }),
  /** Most detections per picture. */
  limit: positive,
});

const schema = z.strictObject({
  /** Version of this format. */
  manifest: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower case letters, digits, '.', '_' and '-'"),
  title: name,
  licence: name,
  graph: z.strictObject({
    file: z.string().regex(/^[\w.-]+\.onnx$/, "the plain name of an .onnx file"),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    bytes: positive,
  }),
  /** Class names by class id; null for an id that the model never gives. */
  labels: z.array(name.nullable()).min(1),
  metrics: z.record(name, z.number()).default({}),
  input,
  resize,
  /** How a picture that is not of the wanted size is resampled. */
  resample: z.strictObject({ kind: z.literal("bilinear"), antialias: z.boolean() }),
  pad,
  outputs,
  anchors,
  boxes,
  postprocess,
});

/** How an export behaves, property by property; `docs/manifest.md` explains each. */
export type Manifest = z.infer<typeof schema>;

/**
 * Checks the JSON of a manifest.
 *
 * @throws {DomainError} `manifest-invalid`, naming every property that is wrong.
 *
 * @example
 * ```ts
 * import { parseManifest } from "./manifest.ts";
 * import everyday8 from "./everyday8.json" with { type: "json" };
 *
 * const manifest = parseManifest(everyday8);
 * if (manifest.id !== "everyday8") throw new Error("the model's own manifest is valid");
 * ```
 */
export function parseManifest(json: unknown): Manifest {
  const parsed = schema.safeParse(json);
  const faults = parsed.success
    ? faultsBetween(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join(".") || "manifest"}: ${issue.message}`);
  if (!parsed.success || faults.length > 0) {
    throw new DomainError("manifest-invalid", `Cannot use the manifest. ${faults.join("; ")}`);
  }
  return parsed.data;
}

/** What no single property can tell: counts that must agree. */
function faultsBetween(manifest: Manifest): string[] {
  const faults: string[] = [];
  const { outputs, anchors, resize, pad } = manifest;
  if (pad.kind === "fixed") {
    const [width, height] = resize.kind === "shortest"
      ? [resize.longest, resize.longest]
      : [resize.width, resize.height];
    if (pad.width < width || pad.height < height) {
      faults.push(
        `pad: ${pad.width}x${pad.height} must hold what resize makes: up to ${width}x${height}`,
      );
    }
  }
  const perCell = new Set(anchors.levels.map((level) => level.sizes.length));
  if (perCell.size > 1) {
    faults.push(
      `anchors.levels: must all have equally many sizes: found ${[...perCell].join(", ")}`,
    );
  }
  if (outputs.kind !== "levels") return faults;
  for (const head of ["scores", "deltas"] as const) {
    if (outputs[head].length === anchors.levels.length) continue;
    faults.push(
      `outputs.${head}: must name one output per level of anchors.levels: ` +
        `${outputs[head].length} names, ${anchors.levels.length} levels`,
    );
  }
  return faults;
}
