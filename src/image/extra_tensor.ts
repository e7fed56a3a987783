import type { ResizePlan } from "../core/resize_plan.ts";

/**
 * Name of a number that depends on the image: a side in pixels, or a scale. The scale is the
 * resized side divided by the source side.
 */
export type ImageNumber =
  | `${"source" | "resized" | "input"}-${"height" | "width"}`
  | `scale-${"y" | "x"}`;

/** Rule for a graph's input other than the image, such as the size of the image. */
export interface ExtraRule {
  /** Element type of the input. */
  readonly type: "float32" | "int64" | "int32";
  /** Length of each dimension, outermost first. */
  readonly shape: readonly number[];
  /**
   * Values in row-major order. Each value is a constant, or the name of a number that depends on
   * the image.
   */
  readonly value: readonly (number | ImageNumber)[];
}

/** Input tensor other than the image, such as the size of the image. */
export interface ExtraTensor extends Pick<ExtraRule, "type" | "shape"> {
  /** Values in row-major order. */
  readonly data: Float32Array | BigInt64Array | Int32Array;
}

/**
 * Creates an input tensor other than the image, such as the size of the image.
 *
 * @param plan Resize plan of the image.
 */
export function extraTensor(
  { type, shape, value }: ExtraRule,
  plan: Pick<ResizePlan, "source" | "resized" | "input" | "scaled">,
): ExtraTensor {
  const numbers = value.map((each) => typeof each === "number" ? each : numberOf(each, plan));
  switch (type) {
    case "float32":
      return { type, shape, data: Float32Array.from(numbers) };
    case "int32":
      return { type, shape, data: Int32Array.from(numbers) };
    case "int64":
      return { type, shape, data: BigInt64Array.from(numbers, BigInt) };
  }
}

function numberOf(
  number: ImageNumber,
  { source, resized, input, scaled }: Pick<ResizePlan, "source" | "resized" | "input" | "scaled">,
): number {
  switch (number) {
    case "source-height":
      return source.height;
    case "source-width":
      return source.width;
    case "resized-height":
      return resized.height;
    case "resized-width":
      return resized.width;
    case "input-height":
      return input.height;
    case "input-width":
      return input.width;
    case "scale-y":
      return scaled.height / source.height;
    case "scale-x":
      return scaled.width / source.width;
  }
}
