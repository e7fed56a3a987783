import type { ResizePlan } from "../core/resize_plan.ts";
import { type TensorRule, toTensor } from "./tensor.ts";
import type { UprightView } from "./upright_view.ts";

/** {@linkcode TensorRule} with the sides and the numbers of the whole tensor. */
export interface InputRule extends TensorRule {
  /** Numbers that the graph takes; float16 is made of float32 by the engine. */
  readonly type: "float32" | "float16" | "uint8";
  /** Images that one run takes, or null where the tensor has no such side. */
  readonly batch: number | null;
}

/** The input of a run. */
export interface InputTensor {
  /** Numbers that the graph takes. */
  readonly type: InputRule["type"];
  /** Row-major values. */
  readonly data: Float32Array | Uint8Array;
  /** Sides, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Shape of the input.
 *
 * @returns `[N, 3, H, W]` or `[N, H, W, 3]`, without N where there is no batch side; a side is null
 *   where it is not known yet.
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
 * An image as the input of a run: the first of its batch, the others stay zero.
 *
 * @param view Upright pixels, or null for an empty image.
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

/** To whole numbers from 0 to 255, half up. */
function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.floor(value + 0.5))));
}
