import { iou } from "./nms.ts";

/** Options of {@linkcode softNms}. */
export interface SoftNmsOptions {
  /**
   * Factor by which a selected box lowers the score of another box of its group. `linear`: 1 − IoU
   * if the IoU exceeds `iou`, otherwise 1. `gaussian`: e^(−IoU² / sigma).
   */
  readonly decay: "linear" | "gaussian";
  /** Threshold of the IoU (intersection over union), 0 to 1. Only `linear` uses this threshold. */
  readonly iou: number;
  /** Width of the Gaussian function, above 0. Only `gaussian` uses this number. */
  readonly sigma: number;
  /**
   * Meaning of x2 and y2. `edges`: the right and bottom edge. `last-pixel`: the last pixel inside,
   * so the width is x2 − x1 + 1.
   *
   * @default "edges"
   */
  readonly extent?: "edges" | "last-pixel";
  /** Maximum number of boxes to keep. */
  readonly limit: number;
  /** Returns false if a box with this lowered score is dropped. `row` is the row of the box. */
  readonly passes: (score: number, row: number) => boolean;
}

/** Result of {@linkcode softNms}. */
export interface SoftNmsResult {
  /** Row numbers of the kept boxes, best lowered score first. */
  readonly kept: number[];
  /** `[M]` lowered score of each box. */
  readonly scores: Float64Array;
  /** `[M]` row of the kept box that lowered the score of a dropped box too far; −1 for others. */
  readonly suppressors: Int32Array;
}

/**
 * Lowers the scores of overlapping boxes instead of dropping these boxes (Soft-NMS: Bodla et al.
 * 2017, section 3).
 *
 * Selects the box with the best score, lowers the scores of the boxes that overlap it, and repeats
 * this with the boxes that are left. Drops a box as soon as its lowered score does not pass. Of two
 * boxes with equal scores, the one with the lower row is selected first.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes. All boxes have the same unit.
 * @param groups `[M]`, the group of each box. A box never lowers the score of another group.
 * @param scores `[M]`, the score of each box, 0 to 1.
 *
 * @example
 * ```ts
 * import { softNms } from "./soft_nms.ts";
 *
 * // The IoU of the two boxes is 0.5.
 * const boxes = Float64Array.of(0, 0, 10, 10, 0, 0, 10, 5);
 * const { kept, scores } = softNms(boxes, Int32Array.of(1, 1), Float64Array.of(0.9, 0.8), {
 *   decay: "linear",
 *   iou: 0.3,
 *   sigma: 0.5,
 *   limit: 100,
 *   passes: (score) => score > 0.05,
 * });
 * if (kept.join() !== "0,1" || scores[1] !== 0.4) throw new Error(scores.join());
 * ```
 */
export function softNms(
  boxes: Float64Array,
  groups: Int32Array,
  scores: Float64Array,
  options: SoftNmsOptions,
): SoftNmsResult {
  const lastPixel = options.extent === "last-pixel" ? 1 : 0;
  const lowered = Float64Array.from(scores);
  const suppressors = new Int32Array(groups.length).fill(-1);
  const rows = Int32Array.from(groups, (_, row) => row);
  const kept: number[] = [];
  let open = rows.length;
  while (open > 0 && kept.length < options.limit) {
    const best = bestRow(rows.subarray(0, open), lowered);
    kept.push(best);
    let left = 0;
    for (let i = 0; i < open; i++) {
      const row = rows[i]!;
      if (row === best) continue;
      const weight = groups[row] === groups[best]
        ? weightOf(iou(boxes, best, row, lastPixel), options)
        : 1;
      if (weight < 1) {
        lowered[row]! *= weight;
        if (!options.passes(lowered[row]!, row)) {
          suppressors[row] = best;
          continue;
        }
      }
      rows[left++] = row;
    }
    open = left;
  }
  return { kept, scores: lowered, suppressors };
}

/** Returns the first row with the best score. */
function bestRow(rows: Int32Array, scores: Float64Array): number {
  let best = rows[0]!;
  for (const row of rows) if (scores[row]! > scores[best]!) best = row;
  return best;
}

/** Returns the factor for the score of a box. The overlap is NaN for two boxes without area. */
function weightOf(
  overlap: number,
  { decay, iou, sigma }: Pick<SoftNmsOptions, "decay" | "iou" | "sigma">,
): number {
  if (!(overlap > 0)) return 1;
  if (decay === "gaussian") return Math.exp(-overlap * overlap / sigma);
  return overlap > iou ? 1 - overlap : 1;
}
