import { TopK } from "../core/top_k.ts";
import type { LevelHeads } from "./heads.ts";

/** Limits for selecting (anchor, class) pairs from one level of the feature pyramid. */
export interface LevelCut {
  /**
   * Threshold for the values that the network returns (logits or scores). Only pairs with a greater
   * value pass.
   */
  readonly cut: number;
  /** Maximum number of pairs. */
  readonly count: number;
  /** Class ids to select, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
  /**
   * `[K]` thresholds of the K classes, none below `cut`. Unset: all classes have the threshold
   * `cut`.
   */
  readonly classCuts?: Float64Array | undefined;
}

/**
 * Loop over one axis of a class head (output with scores): grid rows, grid columns, anchors of a
 * cell, or classes.
 */
interface Loop {
  /** Number of iterations. */
  readonly count: number;
  /**
   * Distance in the tensor's data between the values of two consecutive iterations.
   */
  readonly step: number;
  /**
   * Difference between the pair indices of two consecutive iterations. A pair index is the number
   * that `bestOfLevel()` returns for an (anchor, class) pair.
   */
  readonly stride: number;
}

/**
 * Selects the best (anchor, class) pairs of one level of the feature pyramid.
 *
 * The loops read the scores in the order of memory, which is fastest. The returned indices do not
 * depend on the memory layout. Pairs with equal values are ordered by index.
 *
 * @returns Indices of the pairs, best first. The index of a pair is
 *   `anchorIndex * classes + classId`. `anchorIndex` counts the anchors of the level cell by cell,
 *   row by row.
 */
export function bestOfLevel(heads: LevelHeads, limits: LevelCut): number[] {
  const { data, offset, channels } = heads.scores;
  const [outer, second, third, inner] = loopsOf(heads);
  const pairs = outer.count * second.count * third.count * inner.count;
  if (pairs === 0) return [];
  const best = new TopK(Math.min(limits.count, pairs));
  for (let i = 0; i < outer.count; i++) {
    for (let j = 0; j < second.count; j++) {
      for (let k = 0; k < third.count; k++) {
        const start = offset + i * outer.step + j * second.step + k * third.step;
        const end = start + inner.count * inner.step;
        let at = nextAbove(data, start, end, inner.step, limits.cut);
        for (; at < end; at = nextAbove(data, at + inner.step, end, inner.step, limits.cut)) {
          const index = i * outer.stride + j * second.stride + k * third.stride +
            (at - start) / inner.step * inner.stride;
          if (isWanted(limits, data[at]!, index % channels)) best.offer(data[at]!, index);
        }
      }
    }
  }
  return best.sorted();
}

/** Returns true if a class is selected, and a value passes the class's own threshold. */
export function isWanted(
  { classIds, classCuts }: Pick<LevelCut, "classIds" | "classCuts">,
  value: number,
  classId: number,
): boolean {
  return (classIds === null || classIds.has(classId)) &&
    (classCuts === undefined || value > classCuts[classId]!);
}

/**
 * Returns the index in `data` of the next value above a threshold. Returns `end` or more if no
 * value is above the threshold.
 *
 * Post-processing spends nearly all its time in this loop, so the loop does nothing else.
 */
function nextAbove(
  data: Float32Array,
  from: number,
  end: number,
  step: number,
  threshold: number,
): number {
  let at = from;
  while (at < end && !(data[at]! > threshold)) at += step;
  return at;
}

/**
 * Returns the four loops over a class head (output with scores), largest step first. Due to this
 * order, the innermost loop reads values that are next to each other in memory.
 */
function loopsOf({ anchors, scores }: LevelHeads): [Loop, Loop, Loop, Loop] {
  const { grid, perCell } = anchors;
  const perColumn = perCell * scores.channels;
  const loops: [Loop, Loop, Loop, Loop] = [
    { count: grid.height, step: scores.rowStep, stride: grid.width * perColumn },
    { count: grid.width, step: scores.columnStep, stride: perColumn },
    { count: perCell, step: scores.anchorStep, stride: scores.channels },
    { count: scores.channels, step: scores.channelStep, stride: 1 },
  ];
  return loops.sort((a, b) => b.step - a.step);
}
