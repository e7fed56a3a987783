import { TopK } from "../core/top_k.ts";
import type { LevelHeads } from "./heads.ts";

/** What a level's class head is held against. */
export interface LevelCut {
  /** Its numbers are strictly greater. */
  readonly cut: number;
  /** At most this many. */
  readonly count: number;
  /** Classes to look for, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
}

/** One of the four nested loops over a head. */
interface Loop {
  readonly count: number;
  /** In the tensor. */
  readonly step: number;
  /** In the index that is reported. */
  readonly stride: number;
}

/**
 * The best (anchor, class) pairs of one level, best first.
 *
 * The loops run in the order of memory, whatever the layout; the index that is reported, and by
 * which ties are broken, is always `((row · W + column) · A + anchor) · K + class`.
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
          if (limits.classIds === null || limits.classIds.has(index % channels)) {
            best.offer(data[at], index);
          }
        }
      }
    }
  }
  return best.sorted();
}

/** Where the next number above a threshold lies. Nearly all time goes here: kept bare on purpose. */
function nextAbove(
  data: Float32Array,
  from: number,
  end: number,
  step: number,
  threshold: number,
): number {
  let at = from;
  while (at < end && !(data[at] > threshold)) at += step;
  return at;
}

/** The four loops, largest step first, so that the innermost walks neighbours. */
function loopsOf({ anchors, scores }: LevelHeads): Loop[] {
  const { grid, perCell } = anchors;
  const perColumn = perCell * scores.channels;
  return [
    { count: grid.height, step: scores.rowStep, stride: grid.width * perColumn },
    { count: grid.width, step: scores.columnStep, stride: perColumn },
    { count: perCell, step: scores.anchorStep, stride: scores.channels },
    { count: scores.channels, step: scores.channelStep, stride: 1 },
  ].sort((a, b) => b.step - a.step);
}
