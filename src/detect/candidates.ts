import { type BoxCoder, decodeBox, toPixels } from "../core/box_coder.ts";
import type { AnchorLevel } from "../core/anchors.ts";
import { clipTo } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { bestOfLevel } from "./best_of_level.ts";
import { headAt, type LevelHeads } from "./heads.ts";

/** Decoded boxes before NMS, best first: by the class head's number, then level, then index. */
export interface Candidates {
  /** `[M, 4]` xyxy, input pixels, clipped as `clip` says. */
  readonly boxes: Float64Array;
  /** `[M]` numbers of the class head: logits or scores. */
  readonly values: Float64Array;
  /** `[M]`. */
  readonly classIds: Int32Array;
}

/** Which candidates are wanted. */
export interface CandidateOptions {
  /** Numbers of the class head are strictly greater; see `scoreScale`. */
  readonly cut: number;
  /** At most this many per level, and of all levels; null for as many as there are. */
  readonly limits: { readonly perLevel: number | null; readonly total: number | null };
  /** Classes to look for, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
  /** Meaning of the deltas. */
  readonly coder: BoxCoder;
  /** Size of the padded input. */
  readonly input: Size;
  /** What the boxes of a level are clipped to, or null. */
  readonly clip: (level: AnchorLevel) => Size | null;
}

/**
 * Most candidates where a model sets no limit, or a score of 0 lets everything through: 800x1088
 * pixels and 80 classes would be 13 million.
 */
const MAX_CANDIDATES = 100_000;

/** An (anchor, class) pair that passed the threshold and the top-k of its level. */
interface Survivor {
  readonly heads: LevelHeads;
  /** `(row · W + column) · A + a`. */
  readonly anchorIndex: number;
  readonly classId: number;
  readonly value: number;
}

/**
 * Picks the best (anchor, class) pairs of each level, then of all, and decodes only those.
 *
 * 1. Threshold and bounded top-k over the numbers of each level, where they lie.
 * 2. One order over all levels; the sort is stable, so ties stay by level, then index.
 * 3. Anchor and deltas of each survivor to a box. Where a graph made a delta NaN or infinite, or
 *    an anchor from which no box comes, that pair alone is lost.
 */
export function candidatesOf(
  levels: readonly LevelHeads[],
  options: CandidateOptions,
): Candidates {
  const total = options.limits.total ?? MAX_CANDIDATES;
  const survivors = levels.flatMap((heads) => survivorsOf(heads, options, total));
  survivors.sort((a, b) => b.value - a.value);
  survivors.splice(total);

  const boxes = new Float64Array(survivors.length * 4);
  const decode = decoder(options);
  const decoded: Survivor[] = [];
  for (const survivor of survivors) {
    const box = decode(survivor.heads, survivor.anchorIndex);
    if (!box.some(Number.isNaN)) boxes.set(box, 4 * (decoded.push(survivor) - 1));
  }
  return {
    boxes: boxes.subarray(0, decoded.length * 4),
    values: Float64Array.from(decoded, (survivor) => survivor.value),
    classIds: Int32Array.from(decoded, (survivor) => survivor.classId),
  };
}

function survivorsOf(
  heads: LevelHeads,
  { cut, limits, classIds }: CandidateOptions,
  total: number,
): Survivor[] {
  const { scores, anchors } = heads;
  const count = Math.min(limits.perLevel ?? total, total);
  return bestOfLevel(heads, { cut, count, classIds }).map((index) => {
    const anchorIndex = Math.floor(index / scores.channels);
    const classId = index - anchorIndex * scores.channels;
    const at = headAt(scores, anchors, anchorIndex) + classId * scores.channelStep;
    return { heads, anchorIndex, classId, value: scores.data[at] };
  }).filter(({ anchorIndex }) => hasFiniteDeltas(heads, anchorIndex));
}

function hasFiniteDeltas({ anchors, deltas }: LevelHeads, anchorIndex: number): boolean {
  const at = headAt(deltas, anchors, anchorIndex);
  return [0, 1, 2, 3].every((i) => Number.isFinite(deltas.data[at + i * deltas.channelStep]));
}

/** Gives boxes one by one, always in the same four numbers. */
function decoder({ coder, input, clip }: CandidateOptions) {
  const anchor = new Float64Array(4);
  const box = new Float64Array(4);
  return ({ anchors, deltas }: LevelHeads, anchorIndex: number): Float64Array => {
    const at = headAt(deltas, anchors, anchorIndex);
    for (let i = 0; i < 4; i++) box[i] = deltas.data[at + i * deltas.channelStep];
    anchors.write(anchorIndex, anchor);
    decodeBox(coder, box, anchor);
    if (coder.kind === "decoded" && coder.space === "unit") toPixels(box, input);
    const limits = clip(anchors);
    if (limits !== null) clipTo(limits, box);
    return box;
  };
}
