import type { ResizePlan } from "../core/resize_plan.ts";
import { type TensorRule, toTensor } from "./tensor.ts";
import type { UprightView } from "./upright_view.ts";

/** Rule for the whole input tensor: a {@linkcode TensorRule} with batch and element type. */
export interface InputRule extends TensorRule {
  /** Element type of the graph's input. The engine converts float32 to float16. */
  readonly type: "float32" | "float16" | "uint8";
  /** Images per run, or null if the tensor has no batch axis. */
  readonly batch: number | null;
}

/** Input tensor of a run. */
export interface InputTensor {
  /** Element type of the graph's input. */
  readonly type: InputRule["type"];
  /** Row-major values: bytes for `uint8`, else float32. */
  readonly data: Float32Array | Uint8Array;
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Returns the shape of the input tensor.
 *
 * @param height Input pixels, or null if not known yet.
 * @param width Input pixels, or null if not known yet.
 * @returns `[N, 3, H, W]` or `[N, H, W, 3]`, without N if there is no batch axis. H and W are null
 *   if not known yet.
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
 * Fills the input tensor of a run with one image, the first of its batch. The others stay zero.
 *
 * @param view Upright pixels, or null for a tensor of zeros.
 * @param plan Resize plan of the image.
 * @returns Tensor of `plan.input` pixels. Numbers of `uint8` are rounded half up and clamped to 0
 *   to 255.
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

/** Rounds to whole numbers, halves upwards, and clamps them to 0 to 255. */
function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.floor(value + 0.5))));
}
