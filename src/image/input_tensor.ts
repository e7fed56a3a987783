import type { ResizePlan } from "../core/resize_plan.ts";
import { type TensorRule, toTensor } from "./tensor.ts";
import type { UprightView } from "./upright_view.ts";

/**
 * Properties of the input tensor that the graph requires: {@linkcode TensorRule}, element type and
 * batch.
 */
export interface InputRule extends TensorRule {
  /**
   * Element type of the graph's input. For float16, the tensor is filled with float32, and the
   * engine converts it.
   */
  readonly type: "float32" | "float16" | "uint8";
  /** Number of images per run, or null if the tensor has no batch axis. */
  readonly batch: number | null;
}

/** Input tensor of a run. */
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
 * @param height Height in input pixels, or null if not known yet.
 * @param width Width in input pixels, or null if not known yet.
 * @returns `[N, 3, H, W]` or `[N, H, W, 3]`: N images of H x W pixels. Without N if there is no
 *   batch axis.
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
 * Creates the input tensor of a run. The image is the first of the batch; the rest of the batch is
 * zero.
 *
 * @param view Upright pixels of the image, or null for a tensor of zeros.
 * @param plan Resize plan of the image.
 * @returns Tensor with the size `plan.input`. Values of type `uint8` are rounded to the nearest
 *   whole number and limited to 0 to 255.
 */
export function inputTensor(
  view: UprightView | null,
  plan: ResizePlan,
  rule: InputRule,
): InputTensor {
  const { type } = rule;
  const shape = inputShape(rule, plan.input.height, plan.input.width);
  const count = shape.reduce((product, side) => product * side, 1);
  const image = view === null ? new Float32Array(0) : toTensor(view, plan, rule);
  const data = image.length === count ? image : enlarged(image, count);
  return { type, data: type === "uint8" ? toBytes(data) : data, shape };
}

function enlarged(values: Float32Array, count: number): Float32Array {
  const data = new Float32Array(count);
  data.set(values);
  return data;
}

/** Rounds to the nearest whole numbers (halves upwards) and limits them to 0 to 255. */
function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.floor(value + 0.5))));
}
