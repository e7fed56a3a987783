/** What {@linkcode nms} needs to know beside the boxes. */
export interface NmsOptions {
  /** A box goes when its IoU with a better box of its group is strictly greater. */
  readonly iou: number;
  /** Whether boxes end at their edges, or at their last pixel; `edges` where absent. */
  readonly extent?: "edges" | "last-pixel";
  /** At most this many boxes are kept. */
  readonly limit: number;
}

/**
 * Greedy non-maximum suppression within groups (classes, as a rule).
 *
 * The boxes must come best first: the walk keeps a box unless a box of its group that was kept
 * before overlaps it, and stops at the limit, so its cost is bounded by `M · limit`.
 *
 * @param boxes `[M, 4]` xyxy, best first, any one space.
 * @param groups `[M]`; boxes of different groups never suppress each other.
 * @returns Rows of the kept boxes, best first.
 *
 * @example
 * ```ts
 * import { nms } from "./nms.ts";
 *
 * const boxes = Float64Array.of(0, 0, 10, 10, 1, 0, 10, 10, 1, 0, 10, 10); // IoU of any two ≥ .9
 * const kept = nms(boxes, Int32Array.of(7, 7, 8), { iou: 0.5, limit: 100 });
 * if (kept.join() !== "0,2") throw new Error("the second box repeats the first, the third is of another class");
 * ```
 */
export function nms(boxes: Float64Array, groups: Int32Array, options: NmsOptions): number[] {
  const last = options.extent === "last-pixel" ? 1 : 0;
  const kept: number[] = [];
  const keptOfGroup = new Map<number, number[]>();
  for (let row = 0; row < groups.length && kept.length < options.limit; row++) {
    const rivals = keptOfGroup.get(groups[row]);
    if (rivals === undefined) {
      keptOfGroup.set(groups[row], [row]);
    } else if (rivals.some((better) => iou(boxes, better, row, last) > options.iou)) {
      continue;
    } else {
      rivals.push(row);
    }
    kept.push(row);
  }
  return kept;
}

/**
 * Intersection over union of two boxes of a flat `[M, 4]` xyxy array.
 *
 * Two boxes without area give NaN, which is above no threshold, as in the reference frameworks.
 *
 * @param boxes `[M, 4]` xyxy, any one space.
 * @param a Row of the first box.
 * @param b Row of the second box.
 * @param last What a side is longer than x2 − x1: 1 where boxes end at their last pixel.
 */
export function iou(boxes: Float64Array, a: number, b: number, last = 0): number {
  const i = a * 4;
  const j = b * 4;
  const width = Math.min(boxes[i + 2], boxes[j + 2]) - Math.max(boxes[i], boxes[j]) + last;
  const height = Math.min(boxes[i + 3], boxes[j + 3]) - Math.max(boxes[i + 1], boxes[j + 1]) + last;
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (area(boxes, i, last) + area(boxes, j, last) - shared);
}

function area(boxes: Float64Array, offset: number, last: number): number {
  return (boxes[offset + 2] - boxes[offset] + last) *
    (boxes[offset + 3] - boxes[offset + 1] + last);
}
