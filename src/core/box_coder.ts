import type { Size } from "./size.ts";

/** Fields that both box coders with deltas share. */
export interface DeltaRule {
  /** Order of the deltas: x, y, x, y or y, x, y, x. */
  readonly order: "xy" | "yx";
  /** Factors that the deltas were multiplied by in training, always in the order x, y, x, y. */
  readonly weights: readonly [number, number, number, number];
  /**
   * Meaning of x2 and y2 of boxes and anchors: right and bottom `edges`, or the coordinates of the
   * `last-pixel`, so that a width is x2 − x1 + 1.
   */
  readonly extent: "edges" | "last-pixel";
}

/** Numbers of a box: two corners, x or y first, or its centre with width and height. */
export type BoxForm = "xyxy" | "yxyx" | "cxcywh";

/**
 * Meaning of the four numbers that a head predicts for an anchor.
 *
 * - `centre-size`: dx and dy shift the anchor's centre, in anchor sides; dw and dh are natural
 *   logarithms of the side ratios (RetinaNet paper, section 4; R-CNN paper, appendix C).
 * - `corners`: shift of each corner, in anchor sides (keras-retinanet, `bbox_transform_inv`).
 * - `decoded`: the box itself, in input pixels or as fractions of the input's sides.
 */
export type BoxCoder =
  | ({
    readonly kind: "centre-size";
    /** Upper limit of dw and dh, or null for no limit. */
    readonly clamp: number | null;
  } & DeltaRule)
  | ({ readonly kind: "corners" } & DeltaRule)
  | {
    readonly kind: "decoded";
    /** Form of the box. */
    readonly corners: BoxForm;
    /** Unit of the coordinates: input pixels, or fractions of the input's sides (0 to 1). */
    readonly space: "input" | "unit";
    /** Meaning of x2 and y2, as in {@linkcode DeltaRule}. */
    readonly extent: "edges" | "last-pixel";
  };

/**
 * Decodes the deltas of one anchor to a box, in place.
 *
 * @param box `[4]` in: numbers in the head's own order. Out: xyxy, not clipped, in input pixels or,
 *   for `decoded`, in the coder's `space`.
 * @param anchor `[4]` xyxy, input pixels. Not read for `decoded`.
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
 * // The centre moves by half a width to x = 10, and the width doubles to 20.
 * if (box.map(Math.round).join() !== "0,0,20,10") throw new Error(box.join());
 * ```
 */
export function decodeBox(coder: BoxCoder, box: Float64Array, anchor: Float64Array): void {
  if (coder.kind === "decoded") {
    // Fractions have no last pixel.
    toCorners(box, coder.corners, coder.space === "input" ? coder.extent : "edges");
    return;
  }
  if (coder.order === "yx") swapAxes(box);
  decodeAxis(coder, box, anchor, 0);
  decodeAxis(coder, box, anchor, 1);
}

/** Decodes the deltas `axis` and `axis + 2` to the two edges of the box on that axis. */
function decodeAxis(
  coder: BoxCoder & DeltaRule,
  box: Float64Array,
  anchor: Float64Array,
  axis: 0 | 1,
): void {
  const lastPixel = coder.extent === "last-pixel" ? 1 : 0;
  const start = anchor[axis]!;
  const end = anchor[axis + 2]!;
  const side = end - start + lastPixel;
  const first = box[axis]! / coder.weights[axis];
  const second = box[axis + 2]! / coder.weights[axis === 0 ? 2 : 3];
  if (coder.kind === "corners") {
    box[axis] = start + first * side;
    box[axis + 2] = end + second * side;
  } else if (coder.kind === "centre-size") {
    const centre = start + side / 2 + first * side;
    const half = Math.exp(Math.min(second, coder.clamp ?? Infinity)) * side / 2;
    box[axis] = centre - half;
    box[axis + 2] = centre + half - lastPixel;
  }
}

/**
 * Converts a box to xyxy, in place.
 *
 * @param box `[4]` in the given form.
 * @param extent Meaning of x2 and y2 of the result. With `last-pixel`, both are one less than the
 *   edges.
 */
export function toCorners(
  box: Float64Array,
  form: BoxForm,
  extent: DeltaRule["extent"] = "edges",
): void {
  if (form === "yxyx") swapAxes(box);
  if (form !== "cxcywh") return;
  const [x, y, width, height] = [box[0]!, box[1]!, box[2]!, box[3]!];
  const lastPixel = extent === "last-pixel" ? 1 : 0;
  box[0] = x - width / 2;
  box[1] = y - height / 2;
  box[2] = x + width / 2 - lastPixel;
  box[3] = y + height / 2 - lastPixel;
}

/**
 * Swaps x and y, in place: yxyx to xyxy, or back.
 *
 * @param box `[4]`.
 */
export function swapAxes(box: Float64Array): void {
  [box[0], box[1], box[2], box[3]] = [box[1]!, box[0]!, box[3]!, box[2]!];
}

/**
 * Scales a box from fractions of the input's sides to input pixels, in place.
 *
 * @param box `[4]` xyxy, 0 to 1.
 * @param input Size of the padded input tensor.
 */
export function toPixels(box: Float64Array, input: Size): void {
  box[0]! *= input.width;
  box[1]! *= input.height;
  box[2]! *= input.width;
  box[3]! *= input.height;
}
