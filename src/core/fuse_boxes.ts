import { iou } from "./nms.ts";

/** Minimum weight of a box in its cluster. */
const MIN_WEIGHT = 1e-9;

/** Boxes to fuse, best first. */
export interface ScoredBoxes {
  /** `[M, 4]` x1, y1, x2, y2 of M boxes. All boxes have the same unit. */
  readonly boxes: Float64Array;
  /** `[M]` group of each box. Boxes of different groups are never fused. */
  readonly groups: Int32Array;
  /** `[M]` score of each box, 0 to 1, in descending order. */
  readonly scores: Float64Array;
}

/** Fused boxes, best first. */
export interface FusedBoxes {
  /** `[N, 4]` x1, y1, x2, y2 of N fused boxes. */
  readonly boxes: Float64Array;
  /** Row of the best box of each cluster, in ascending order. The fused box has its score. */
  readonly rows: readonly number[];
}

/**
 * Fuses overlapping boxes of a group into one box by weighted boxes fusion (Solovyev et al. 2021,
 * "Weighted boxes fusion", section 3).
 *
 * 1. Visit the boxes from best to worst.
 * 2. Find the fused box of the group with the greatest IoU. If this IoU is above the threshold, add
 *    the box to the cluster of that fused box. Otherwise start a new cluster.
 * 3. Each fused box is the mean of the boxes of its cluster, weighted by their scores.
 *
 * The score of a fused box is the best score of its cluster (`conf_type="max"` in the package
 * ensemble-boxes). The paper lowers the score of a box that only few models found. Here, the views
 * of an image differ in what they can show: a small object is often visible only in one tile.
 *
 * @param threshold Threshold of the IoU, 0 to 1.
 * @returns Fused boxes, best first.
 *
 * @example
 * ```ts
 * import { fuseBoxes } from "./fuse_boxes.ts";
 *
 * const { boxes, rows } = fuseBoxes({
 *   boxes: Float64Array.of(0, 0, 10, 10, 2, 0, 12, 10),
 *   groups: Int32Array.of(1, 1),
 *   scores: Float64Array.of(0.75, 0.25),
 * }, 0.5);
 * // x1 = 0.75 · 0 + 0.25 · 2 = 0.5. The IoU of the two boxes is 80 / 120.
 * if (boxes.join() !== "0.5,0,10.5,10") throw new Error(boxes.join());
 * if (rows.join() !== "0") throw new Error(rows.join());
 * ```
 */
export function fuseBoxes({ boxes, groups, scores }: ScoredBoxes, threshold: number): FusedBoxes {
  const count = groups.length;
  // Fused boxes, and one more row for the box that is visited.
  const fused = new Float64Array((count + 1) * 4);
  const sums = new Float64Array(count * 4);
  const weights = new Float64Array(count);
  const clustersOf = new Map<number, number[]>();
  const starts: number[] = [];
  for (let row = 0; row < count; row++) {
    const box = boxes.subarray(row * 4, row * 4 + 4);
    fused.set(box, count * 4);
    const rivals = clustersOf.get(groups[row]!) ?? [];
    clustersOf.set(groups[row]!, rivals);
    let cluster = mostSimilar(fused, rivals, count, threshold);
    if (cluster < 0) {
      cluster = starts.length;
      starts.push(row);
      rivals.push(cluster);
    }
    addBox({ fused, sums, weights }, cluster, box, scores[row]!);
  }
  return { boxes: fused.slice(0, starts.length * 4), rows: starts };
}

/** Sums over the boxes of each cluster, and the fused boxes that follow from the sums. */
interface Clusters {
  /** `[M, 4]` fused box of each cluster. */
  readonly fused: Float64Array;
  /** `[M, 4]` sum of the boxes of each cluster, each multiplied by its score. */
  readonly sums: Float64Array;
  /** `[M]` sum of the scores of each cluster. */
  readonly weights: Float64Array;
}

/**
 * Returns the row with the greatest IoU above the threshold with the box in row `own`, or -1.
 */
function mostSimilar(
  boxes: Float64Array,
  rows: readonly number[],
  own: number,
  threshold: number,
): number {
  let best = -1;
  let greatest = threshold;
  for (const row of rows) {
    const found = iou(boxes, row, own);
    if (found > greatest) {
      best = row;
      greatest = found;
    }
  }
  return best;
}

function addBox(
  { fused, sums, weights }: Clusters,
  cluster: number,
  box: Float64Array,
  score: number,
): void {
  // Without a minimum, the mean of boxes with a score of 0 would be 0 / 0.
  const weight = Math.max(score, MIN_WEIGHT);
  weights[cluster]! += weight;
  for (let i = 0; i < 4; i++) {
    sums[cluster * 4 + i]! += weight * box[i]!;
    fused[cluster * 4 + i] = sums[cluster * 4 + i]! / weights[cluster]!;
  }
}
