import type { Size } from "./size.ts";

/**
 * Fields of the box coders `centre-size` and `corners`. A graph for these coders predicts four
 * deltas per anchor: the differences between the box and the anchor.
 */
export interface DeltaRule {
  /** Order of the four deltas (differences between box and anchor): x, y, x, y or y, x, y, x. */
  readonly order: "xy" | "yx";
  /**
   * Factors by which training multiplied the four deltas. Decoding divides the deltas by these
   * factors. The order of the factors is always x, y, x, y.
   */
  readonly weights: readonly [number, number, number, number];
  /**
   * Meaning of x2 and y2 of boxes and anchors. `edges`: the right and bottom edge. `last-pixel`:
   * the last pixel inside, so the width is x2 − x1 + 1.
   */
  readonly extent: "edges" | "last-pixel";
}

/**
 * Meaning of the four numbers of a box. `xyxy`: x1, y1, x2, y2. `yxyx`: y1, x1, y2, x2. `cxcywh`: x
 * and y of the centre, width, height. `xywh`: x1, y1, width, height.
 */
export type BoxForm = "xyxy" | "yxyx" | "cxcywh" | "xywh";

/**
 * Rule for converting the four numbers that a graph predicts for an anchor into a box.
 *
 * - `centre-size`: the first two numbers shift the centre of the anchor, in anchor widths and
 *   heights. The third number is the natural logarithm of box width divided by anchor width. The
 *   fourth number is the natural logarithm of box height divided by anchor height (RetinaNet paper,
 *   section 4; R-CNN paper, appendix C).
 * - `corners`: the numbers shift the two corners of the anchor, in anchor widths and heights
 *   (keras-retinanet, `bbox_transform_inv`).
 * - `decoded`: the numbers already are the box, in input pixels or as fractions of the input's
 *   sides.
 */
export type BoxCoder =
  | ({
    readonly kind: "centre-size";
    /**
     * Maximum of the logarithms of box width divided by anchor width, and of box height divided by
     * anchor height. Larger logarithms are set to this maximum. Null: no maximum.
     */
    readonly clamp: number | null;
  } & DeltaRule)
  | ({ readonly kind: "corners" } & DeltaRule)
  | {
    readonly kind: "decoded";
    /** Meaning of the four numbers of the box. */
    readonly corners: BoxForm;
    /** Unit of the coordinates: input pixels, or fractions of the input's sides (0 to 1). */
    readonly space: "input" | "unit";
    /**
     * Meaning of x2 and y2. `edges`: the right and bottom edge. `last-pixel`: the last pixel
     * inside.
     */
    readonly extent: "edges" | "last-pixel";
  };

/**
 * Converts the four numbers of one anchor to a box, in place.
 *
 * @param box Four numbers. Before the call: the numbers that the graph predicts. After the call:
 *   x1, y1, x2, y2 of the box, not clipped. The unit of the box is input pixels, or `coder.space`
 *   for a `decoded` coder.
 * @param anchor x1, y1, x2, y2 of the anchor, in input pixels. Not used for a `decoded` coder.
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
    // If x2 and y2 are fractions, they are always edges, because only pixel coordinates have a last
    // pixel.
    toCorners(box, coder.corners, coder.space === "input" ? coder.extent : "edges");
    return;
  }
  if (coder.order === "yx") swapAxes(box);
  decodeAxis(coder, box, anchor, 0);
  decodeAxis(coder, box, anchor, 1);
}

/**
 * Converts the deltas `box[axis]` and `box[axis + 2]` to the two box edges on this axis, in place.
 * Axis 0 is x, axis 1 is y.
 */
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
 * Converts a box to the form `xyxy`, in place.
 *
 * @param box Four numbers in the form `form`.
 * @param extent Meaning of x2 and y2 of the result. `edges`: the right and bottom edge.
 *   `last-pixel`: one less than the right and bottom edge.
 */
export function toCorners(
  box: Float64Array,
  form: BoxForm,
  extent: DeltaRule["extent"] = "edges",
): void {
  if (form === "yxyx") swapAxes(box);
  if (form === "xyxy" || form === "yxyx") return;
  const [x, y, width, height] = [box[0]!, box[1]!, box[2]!, box[3]!];
  const [before, lastPixel] = [form === "xywh" ? 0 : 0.5, extent === "last-pixel" ? 1 : 0];
  box[0] = x - width * before;
  box[1] = y - height * before;
  box[2] = x + width * (1 - before) - lastPixel;
  box[3] = y + height * (1 - before) - lastPixel;
}

/**
 * Swaps x and y of a box in place. Converts `yxyx` to `xyxy`, and `xyxy` to `yxyx`.
 *
 * @param box Four coordinates.
 */
export function swapAxes(box: Float64Array): void {
  [box[0], box[1], box[2], box[3]] = [box[1]!, box[0]!, box[3]!, box[2]!];
}

/**
 * Scales a box from fractions of the input's sides to input pixels, in place.
 *
 * @param box x1, y1, x2, y2 of the box, 0 to 1.
 * @param input Size of the padded input tensor.
 */
export function toPixels(box: Float64Array, input: Size): void {
  box[0]! *= input.width;
  box[1]! *= input.height;
  box[2]! *= input.width;
  box[3]! *= input.height;
}
