/** Options of {@linkcode nms}. */
export interface NmsOptions {
  /**
   * Threshold of the IoU (intersection over union), 0 to 1. A box is dropped if its IoU with a kept
   * box of its group is greater than the threshold. A box with exactly this IoU is kept.
   */
  readonly iou: number;
  /**
   * Meaning of x2 and y2. `edges`: the right and bottom edge. `last-pixel`: the last pixel inside,
   * so the width is x2 − x1 + 1.
   *
   * @default "edges"
   */
  readonly extent?: "edges" | "last-pixel";
  /** Maximum number of boxes to keep. */
  readonly limit: number;
}

/**
 * Selects boxes by greedy non-maximum suppression (NMS) within groups. Usually, each class is a
 * group.
 *
 * Visits the boxes from best to worst. Keeps a box unless it overlaps a kept box of its group too
 * much. Stops when `limit` boxes are kept. Each box is compared with at most `limit` kept boxes.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes, best first. All boxes have the same unit.
 * @param groups `[M]`, the group of each box. A box never suppresses a box of another group.
 * @returns Row numbers of the kept boxes, best first.
 *
 * @example
 * ```ts
 * import { nms } from "./nms.ts";
 *
 * // The IoU of any two of these boxes is at least 0.9.
 * const boxes = Float64Array.of(0, 0, 10, 10, 1, 0, 10, 10, 1, 0, 10, 10);
 * const kept = nms(boxes, Int32Array.of(7, 7, 8), { iou: 0.5, limit: 100 });
 * // Row 1 repeats row 0; row 2 is of another class.
 * if (kept.join() !== "0,2") throw new Error(kept.join());
 * ```
 */
export function nms(boxes: Float64Array, groups: Int32Array, options: NmsOptions): number[] {
  const lastPixel = options.extent === "last-pixel" ? 1 : 0;
  const kept: number[] = [];
  const keptOfGroup = new Map<number, number[]>();
  for (let row = 0; row < groups.length && kept.length < options.limit; row++) {
    const group = groups[row]!;
    const rivals = keptOfGroup.get(group);
    if (rivals === undefined) {
      keptOfGroup.set(group, [row]);
    } else if (rivals.some((better) => iou(boxes, better, row, lastPixel) > options.iou)) {
      continue;
    } else {
      rivals.push(row);
    }
    kept.push(row);
  }
  return kept;
}

/**
 * Finds the kept box that suppressed each dropped box: the best kept box of the same group whose
 * IoU with the dropped box exceeds the threshold.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes, best first. All boxes have the same unit.
 * @param groups `[M]`, the group of each box.
 * @param kept Result of {@linkcode nms} for the same boxes, groups and options.
 * @returns `[M]` row of the kept box. −1 for a kept box, and for a box that no kept box suppresses
 *   because {@linkcode nms} had already kept `limit` boxes.
 */
export function suppressorsOf(
  boxes: Float64Array,
  groups: Int32Array,
  kept: readonly number[],
  options: Omit<NmsOptions, "limit">,
): Int32Array {
  const lastPixel = options.extent === "last-pixel" ? 1 : 0;
  const keptOfGroup = Map.groupBy(kept, (row) => groups[row]!);
  const isKept = new Set(kept);
  const suppressors = new Int32Array(groups.length).fill(-1);
  for (let row = 0; row < groups.length; row++) {
    if (isKept.has(row)) continue;
    for (const better of keptOfGroup.get(groups[row]!) ?? []) {
      if (better > row) break;
      if (!(iou(boxes, better, row, lastPixel) > options.iou)) continue;
      suppressors[row] = better;
      break;
    }
  }
  return suppressors;
}

/**
 * Computes the intersection over union of two boxes.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes. All boxes have the same unit.
 * @param a Row of the first box.
 * @param b Row of the second box.
 * @param lastPixel Number that is added to each width and height. 1 if x2 and y2 are the last pixel
 *   inside a box, 0 if they are edges.
 * @returns 0 to 1. NaN for two boxes without area, as in torchvision's `nms`. NaN is never greater
 *   than a threshold, so both boxes are kept.
 */
export function iou(boxes: Float64Array, a: number, b: number, lastPixel: 0 | 1 = 0): number {
  const i = a * 4;
  const j = b * 4;
  const left = Math.max(boxes[i]!, boxes[j]!);
  const top = Math.max(boxes[i + 1]!, boxes[j + 1]!);
  const right = Math.min(boxes[i + 2]!, boxes[j + 2]!);
  const bottom = Math.min(boxes[i + 3]!, boxes[j + 3]!);
  const shared = Math.max(0, right - left + lastPixel) * Math.max(0, bottom - top + lastPixel);
  return shared / (area(boxes, i, lastPixel) + area(boxes, j, lastPixel) - shared);
}

function area(boxes: Float64Array, offset: number, lastPixel: 0 | 1): number {
  return (boxes[offset + 2]! - boxes[offset]! + lastPixel) *
    (boxes[offset + 3]! - boxes[offset + 1]! + lastPixel);
}
