import { writeAnchor } from "../core/anchors.ts";
import { type BoxCoder, decodeBox } from "../core/box_coder.ts";
import { logit } from "../core/logit.ts";
import { bestOfLevel } from "./best_of_level.ts";
import { headAt } from "./head_at.ts";
import type { LevelHeads } from "./heads.ts";

/** Decoded boxes before NMS, best first: by logit, then level, then index. */
export interface Candidates {
  /** `[M, 4]` xyxy, input pixels, not clipped. */
  readonly boxes: Float64Array;
  /** `[M]`. */
  readonly logits: Float64Array;
  /** `[M]`. */
  readonly classIds: Int32Array;
}

/** Which candidates are wanted. */
export interface CandidateOptions {
  /** Scores are strictly greater; compared as logits, no head is ever passed through a sigmoid. */
  readonly score: number;
  /** At most this many per level. */
  readonly perLevel: number;
  /** Classes to look for, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
  /** Meaning of the deltas. */
  readonly coder: BoxCoder;
}

/** An (anchor, class) pair that passed the threshold and the top-k of its level. */
interface Survivor {
  readonly level: number;
  /** `(row · W + column) · A + a`. */
  readonly anchorIndex: number;
  readonly classId: number;
  readonly logit: number;
  readonly deltas: Deltas;
}

type Deltas = readonly [number, number, number, number];

/**
 * Picks the best (anchor, class) pairs of each level and decodes only those.
 *
 * 1. Threshold and bounded top-k over the logits of each level, where they lie.
 * 2. One order over all levels; the sort is stable, so ties stay by level, then index.
 * 3. Anchor and deltas of each survivor to a box. Where a graph made a delta NaN or infinite, that
 *    pair alone is lost.
 */
export function candidatesOf(
  levels: readonly LevelHeads[],
  options: CandidateOptions,
): Candidates {
  const survivors = levels.flatMap((heads, level) => survivorsOf(heads, level, options));
  survivors.sort((a, b) => b.logit - a.logit);

  const boxes = new Float64Array(survivors.length * 4);
  const anchor = new Float64Array(4);
  survivors.forEach(({ level, anchorIndex, deltas }, row) => {
    writeAnchor(levels[level].anchors, anchorIndex, anchor);
    decodeBox(options.coder, deltas, anchor, boxes, row);
  });
  return {
    boxes,
    logits: Float64Array.from(survivors, (survivor) => survivor.logit),
    classIds: Int32Array.from(survivors, (survivor) => survivor.classId),
  };
}

function survivorsOf(heads: LevelHeads, level: number, options: CandidateOptions): Survivor[] {
  const { scores, anchors } = heads;
  const cut = {
    logit: logit(options.score),
    count: options.perLevel,
    classIds: options.classIds,
  };
  return bestOfLevel(heads, cut).map((index) => {
    const anchorIndex = Math.floor(index / scores.channels);
    const classId = index - anchorIndex * scores.channels;
    const at = headAt(scores, anchors, anchorIndex) + classId * scores.channelStep;
    const deltas = deltasAt(heads, anchorIndex);
    return { level, anchorIndex, classId, logit: scores.data[at], deltas };
  }).filter(({ deltas }) => deltas.every(Number.isFinite));
}

function deltasAt({ anchors, deltas }: LevelHeads, anchorIndex: number): Deltas {
  const { data, channelStep } = deltas;
  const at = headAt(deltas, anchors, anchorIndex);
  return [
    data[at],
    data[at + channelStep],
    data[at + 2 * channelStep],
    data[at + 3 * channelStep],
  ];
}
