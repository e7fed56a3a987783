import type { ResizePlan } from "../core/resize_plan.ts";
import type { CreateRowPasses } from "./row_passes.ts";
import { type TensorRule, toTensor } from "./tensor.ts";
import type { UprightView } from "./upright_view.ts";

/**
 * Properties that the graph requires of the input tensor, with the element type and the batch size.
 */
export interface InputRule extends TensorRule {
  /**
   * Element type of the graph's input. For `float16`, the tensor contains float32 values, which the
   * engine converts.
   */
  readonly type: "float32" | "float16" | "uint8";
  /** Number of images per run. Null: the tensor has no batch axis. */
  readonly batch: number | null;
}

/** Input tensor for one run of the graph. */
export interface InputTensor {
  /** Element type of the graph's input. */
  readonly type: InputRule["type"];
  /** Values in row-major order: bytes for `uint8`, otherwise float32. */
  readonly data: Float32Array | Uint8Array;
  /** Lengths of the axes, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Returns the shape of the input tensor.
 *
 * @param height Height in input pixels. Null: not known yet.
 * @param width Width in input pixels. Null: not known yet.
 * @returns `[batch, 3, height, width]` or `[batch, height, width, 3]`. Without the first axis if
 *   `batch` is null.
 */
export function inputShape<Side extends number | null>(
  { layout, batch }: Pick<InputRule, "layout" | "batch">,
  height: Side,
  width: Side,
): (number | Side)[] {
  const image = layout === "nchw" ? [3, height, width] : [height, width, 3];
  return batch === null ? image : [batch, ...image];
}

/**
 * Creates the input tensor for one run of the graph. The image is the first image of the batch. All
 * other images of the batch are zero.
 *
 * @param view Pixels of the image with the EXIF orientation applied. Null: the tensor is filled
 *   with zeros.
 * @param plan Resize plan of the image.
 * @param createPasses Faster passes of the resampling than those in TypeScript, if there are any.
 * @returns Tensor with the size `plan.input`. Values of type `uint8` are rounded to the nearest
 *   whole number and limited to 0 to 255.
 */
export function inputTensor(
  view: UprightView | null,
  plan: ResizePlan,
  rule: InputRule,
  createPasses?: CreateRowPasses,
): InputTensor {
  const { type } = rule;
  const shape = inputShape(rule, plan.input.height, plan.input.width);
  const count = shape.reduce((product, side) => product * side, 1);
  const image = view === null ? new Float32Array(0) : toTensor(view, plan, rule, createPasses);
  const data = image.length === count ? image : enlarged(image, count);
  return { type, data: type === "uint8" ? toBytes(data) : data, shape };
}

function enlarged(values: Float32Array, count: number): Float32Array {
  const data = new Float32Array(count);
  data.set(values);
  return data;
}

/**
 * Rounds values to the nearest whole numbers and limits them to 0 to 255. Halves are rounded up.
 */
function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.floor(value + 0.5))));
}
