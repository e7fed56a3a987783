import type { ImagePair } from "./image_pair.ts";

/** An overlap of 1 must be able to reach a threshold of 1 in spite of rounding (COCO, `evaluateImg`). */
const HIGHEST_THRESHOLD = 1 - 1e-10;

/**
 * Gives each result the truth that it finds (COCO, `evaluateImg`).
 *
 * The results choose in turn, best score first. Each takes the free truth that it overlaps most,
 * the last of equals. A truth that counts goes before any that is ignored, however small the
 * overlap; a crowd is never used up.
 *
 * @param pair `G` truths and `D` results of one category in one image.
 * @param ignored `[G]` whether a truth is left out of the count; true for every crowd.
 * @param threshold Least overlap, 0 to 1, reached when equal.
 * @returns `[D]` row of the truth in `pair.truths`, or −1 for none.
 *
 * @example
 * ```ts
 * import { assignTruths } from "./assign_truths.ts";
 * import { imagePair } from "./image_pair.ts";
 *
 * const box = { image_id: 1, category_id: 1, bbox: [0, 0, 10, 10] } as const;
 * const pair = imagePair(
 *   [{ ...box, id: 1, area: 100, iscrowd: 0 }],
 *   [{ ...box, score: 0.5 }, { ...box, score: 0.9 }],
 * );
 * const rows = assignTruths(pair, [false], 0.5);
 * if (rows.join() !== "0,-1") throw new Error("the better of two equal boxes finds the object");
 * ```
 */
export function assignTruths(
  pair: ImagePair,
  ignored: readonly boolean[],
  threshold: number,
): Int32Array {
  const order = countedFirst(ignored);
  const taken = new Set<number>();
  return Int32Array.from(pair.results, (_, row) => {
    const isFree = (truth: number) => !taken.has(truth) || pair.truths[truth].iscrowd === 1;
    const found = bestTruth(pair, row, order.filter(isFree), ignored, threshold);
    if (found >= 0) taken.add(found);
    return found;
  });
}

/** Rows of the truths, those that count before those that do not. */
function countedFirst(ignored: readonly boolean[]): number[] {
  return [...ignored.keys()].sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
}

/** The truth of `free` that a result overlaps most, or −1 if it overlaps none enough. */
function bestTruth(
  pair: ImagePair,
  row: number,
  free: readonly number[],
  ignored: readonly boolean[],
  threshold: number,
): number {
  let best = -1;
  let highest = Math.min(threshold, HIGHEST_THRESHOLD);
  for (const truth of free) {
    if (best >= 0 && !ignored[best] && ignored[truth]) break;
    const iou = pair.ious[row * pair.truths.length + truth];
    if (iou < highest) continue;
    highest = iou;
    best = truth;
  }
  return best;
}
