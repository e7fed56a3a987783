import type { Size } from "./size.ts";

/** What the coders of deltas have in common. */
export interface DeltaRule {
  /** Whether the deltas come as x, y, … or as y, x, …. */
  readonly order: "xy" | "yx";
  /** The deltas were multiplied by these for training; in the order x, y, x, y. */
  readonly weights: readonly [number, number, number, number];
  /** Whether boxes and anchors end at their edges, or at their last pixel: width x2 − x1 + 1. */
  readonly extent: "edges" | "last-pixel";
}

/**
 * How four numbers of a head and an anchor make a box.
 *
 * - `centre-size`: dx, dy in anchor sides from the anchor's centre; dw, dh natural logarithms of
 *   the ratio of sides (paper, section 4; R-CNN, appendix C).
 * - `corners`: each corner's shift in anchor sides (keras-retinanet, `bbox_transform_inv`).
 * - `decoded`: the box itself, in input pixels or in 0–1 of the input's sides.
 */
export type BoxCoder =
  | ({
    readonly kind: "centre-size";
    /** Largest dw and dh that is believed, or null for none. */
    readonly clamp: number | null;
  } & DeltaRule)
  | ({ readonly kind: "corners" } & DeltaRule)
  | {
    readonly kind: "decoded";
    /** Order of the coordinates. */
    readonly corners: "xyxy" | "yxyx";
    /** Pixels, or parts of the input's sides. */
    readonly space: "input" | "unit";
    /** As for deltas. */
    readonly extent: "edges" | "last-pixel";
  };

/**
 * Decodes one box in place of its deltas.
 *
 * @param box `[4]` deltas as the head holds them; afterwards xyxy, not clipped, input pixels (for
 *   `decoded`: in its space).
 * @param anchor `[4]` xyxy, input pixels; not looked at for `decoded`.
 *
 * @example
 * ```ts
 * import { decodeBox } from "./box_coder.ts";
 *
 * const coder = {
 *   kind: "centre-size",
 *   order: "xy",
 *   weights: [1, 1, 1, 1],
 *   extent: "edges",
 *   clamp: null,
 * } as const;
 * const box = Float64Array.of(0.5, 0, Math.log(2), 0);
 * decodeBox(coder, box, Float64Array.of(0, 0, 10, 10));
 * // The centre moves by half a width to 10, and the width doubles to 20.
 * if (box.map(Math.round).join() !== "0,0,20,10") throw new Error(box.join());
 * ```
 */
export function decodeBox(coder: BoxCoder, box: Float64Array, anchor: Float64Array): void {
  const swapped = coder.kind === "decoded" ? coder.corners === "yxyx" : coder.order === "yx";
  if (swapped) swapAxes(box);
  if (coder.kind === "decoded") return;
  decodeAxis(coder, box, anchor, 0);
  decodeAxis(coder, box, anchor, 1);
}

/** `[4]` yxyx to xyxy, in place; its own inverse. */
export function swapAxes(box: Float64Array): void {
  [box[0], box[1], box[2], box[3]] = [box[1], box[0], box[3], box[2]];
}

/** One side of a box: from deltas `axis` and `axis + 2` to its two edges. */
function decodeAxis(
  coder: BoxCoder & DeltaRule,
  box: Float64Array,
  anchor: Float64Array,
  axis: 0 | 1,
): void {
  const last = coder.extent === "last-pixel" ? 1 : 0;
  const start = anchor[axis];
  const side = anchor[axis + 2] - start + last;
  const first = box[axis] / coder.weights[axis];
  const second = box[axis + 2] / coder.weights[axis + 2];
  if (coder.kind === "corners") {
    box[axis] = start + first * side;
    box[axis + 2] = anchor[axis + 2] + second * side;
  } else if (coder.kind === "centre-size") {
    const centre = start + side / 2 + first * side;
    const half = Math.exp(Math.min(second, coder.clamp ?? Infinity)) * side / 2;
    box[axis] = centre - half;
    box[axis + 2] = centre + half - last;
  }
}

/** `[4]` xyxy from 0–1 of the input's sides to input pixels, in place. */
export function toPixels(box: Float64Array, { width, height }: Size): void {
  box[0] *= width;
  box[1] *= height;
  box[2] *= width;
  box[3] *= height;
}
