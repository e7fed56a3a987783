import { z } from "zod";
import { name, positive, positiveInteger, triple } from "./values.ts";

const tensor = {
  name,
  /** Order of the dimensions. */
  layout: z.enum(["nchw", "nhwc"]),
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

/** Schema of the property `input`: the image input of a graph. */
export const input = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("float32"), ...normalised }),
  z.strictObject({ type: z.literal("float16"), ...normalised }),
  z.strictObject({ type: z.literal("uint8"), ...tensor }),
]);

/**
 * Name of a number that depends on the image. Sides are in pixels. A scale is the resized side
 * divided by the source side.
 */
const imageNumber = z.enum([
  ...["source-height", "source-width", "resized-height", "resized-width"] as const,
  ...["input-height", "input-width", "scale-y", "scale-x"] as const,
]);

/** Input of the graph other than the image, such as the size of the image. */
export const extraInput = z.strictObject({
  name,
  type: z.enum(["float32", "int64", "int32"]),
  shape: z.array(positiveInteger).max(4),
  /**
   * Values in row-major order. Each value is a constant, or the name of a number that depends on
   * the image.
   */
  value: z.array(z.union([z.number(), imageNumber])).min(1).max(64),
});
