import type { AnchorLevel } from "../core/anchors.ts";
import { type BoxCoder, decodeBox, toPixels } from "../core/box_coder.ts";
import { type Area, clipTo } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { bestOfLevel } from "./best_of_level.ts";
import { anchorOffset, type LevelHeads } from "./heads.ts";

/** Decoded boxes before NMS, best first. Ties are ordered by level, then by index in the level. */
export interface Candidates {
  /** `[M, 4]` xyxy of M boxes, input pixels, clipped as the options say. */
  readonly boxes: Float64Array;
  /** `[M]` number of each box in the class head: a logit or a score. */
  readonly values: Float64Array;
  /** `[M]` class ids. */
  readonly classIds: Int32Array;
}

/** Options of {@linkcode candidatesOf}. */
export interface CandidateOptions {
  /**
   * Threshold: a pair passes if its number in the class head is strictly greater; see
   * `scoreScale()`.
   */
  readonly cut: number;
  /** Maximum number of candidates per level and over all levels; null for 100,000. */
  readonly limits: { readonly perLevel: number | null; readonly total: number | null };
  /** Class ids to select, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
  /** Meaning of the deltas. */
  readonly boxCoder: BoxCoder;
  /** Size of the padded input tensor. */
  readonly input: Size;
  /** Returns the area to which boxes of a level are clipped, in input pixels, or null for none. */
  readonly clip: (level: AnchorLevel) => Area | null;
}

/**
 * Maximum number of candidates if a manifest sets no maximum.
 *
 * A score threshold of 0 lets every pair pass: 13 million for 800x1088 pixels and 80 classes.
 */
const MAX_CANDIDATES = 100_000;

/** An (anchor, class) pair above the threshold and among the best of its level. */
interface Survivor {
  readonly heads: LevelHeads;
  /** `(row · W + column) · A + anchor`. */
  readonly anchorIndex: number;
  readonly classId: number;
  /** Number of the class head. */
  readonly value: number;
}

/**
 * Selects the best (anchor, class) pairs and decodes only those.
 *
 * 1. Select the best pairs of each level: threshold and bounded top-k over the heads in place.
 * 2. Order the pairs of all levels, best first, and cut them to the total.
 * 3. Decode and clip the box of each pair.
 *
 * A pair whose deltas or box are not numbers is dropped: graphs may return NaN or infinity, and an
 * anchor without width gives 0 · ∞.
 *
 * @param levels Class head and box head of each level, finest level first.
 */
export function candidatesOf(
  levels: readonly LevelHeads[],
  options: CandidateOptions,
): Candidates {
  // 1. Best pairs of each level.
  const total = options.limits.total ?? MAX_CANDIDATES;
  const survivors = levels.flatMap((heads) => survivorsOf(heads, options, total));

  // 2. Best pairs of all. The sort is stable, so ties stay in the order of level and index.
  survivors.sort((a, b) => b.value - a.value);
  survivors.splice(total);

  // 3. Boxes of the pairs.
  const decode = boxDecoder(options);
  const boxes = new Float64Array(survivors.length * 4);
  const decoded: Survivor[] = [];
  for (const survivor of survivors) {
    const box = decode(survivor.heads, survivor.anchorIndex);
    if (box.some(Number.isNaN)) continue;
    boxes.set(box, decoded.length * 4);
    decoded.push(survivor);
  }
  return {
    boxes: boxes.subarray(0, decoded.length * 4),
    values: Float64Array.from(decoded, ({ value }) => value),
    classIds: Int32Array.from(decoded, ({ classId }) => classId),
  };
}

/** Returns the best pairs of one level with finite deltas, best first. */
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
    const at = anchorOffset(scores, anchors, anchorIndex) + classId * scores.channelStep;
    return { heads, anchorIndex, classId, value: scores.data[at]! };
  }).filter(({ anchorIndex }) => hasFiniteDeltas(heads, anchorIndex));
}

function hasFiniteDeltas({ anchors, deltas }: LevelHeads, anchorIndex: number): boolean {
  const at = anchorOffset(deltas, anchors, anchorIndex);
  return [0, 1, 2, 3].every((i) => Number.isFinite(deltas.data[at + i * deltas.channelStep]));
}

/**
 * Creates a function that decodes and clips the box of an anchor.
 *
 * The function returns the same array at every call: `[4]` xyxy, input pixels.
 */
function boxDecoder({ boxCoder, input, clip }: CandidateOptions) {
  const anchor = new Float64Array(4);
  const box = new Float64Array(4);
  return ({ anchors, deltas }: LevelHeads, anchorIndex: number): Float64Array => {
    const at = anchorOffset(deltas, anchors, anchorIndex);
    for (let i = 0; i < 4; i++) box[i] = deltas.data[at + i * deltas.channelStep]!;
    anchors.write(anchorIndex, anchor);
    decodeBox(boxCoder, box, anchor);
    if (boxCoder.kind === "decoded" && boxCoder.space === "unit") toPixels(box, input);
    const area = clip(anchors);
    if (area !== null) clipTo(area, box);
    return box;
  };
}
