import type { AnchorLevel } from "../core/anchors.ts";
import { type BoxCoder, decodeBox, toPixels } from "../core/box_coder.ts";
import { type Area, clipTo } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { bestOfLevel, type LevelCut } from "./best_of_level.ts";
import { anchorOffset, type LevelHeads } from "./heads.ts";

/**
 * Decoded boxes before NMS, best first. Boxes with equal logits or scores are ordered by level,
 * then by index in the level.
 */
export interface Candidates {
  /**
   * `[M, 4]` x1, y1, x2, y2 of M boxes, in input pixels. Clipped if `CandidateOptions.clip` returns
   * an area.
   */
  readonly boxes: Float64Array;
  /** `[M]` logit or score of each box. */
  readonly values: Float64Array;
  /** `[M]` class id of each box. */
  readonly classIds: Int32Array;
  /** `[M]` index of the level of each box. 0 is the level with the smallest cells. */
  readonly levels: Int32Array;
  /** `[M]` index of the anchor of each box in its level. */
  readonly anchors: Int32Array;
}

/** Options of {@linkcode candidatesOf}. */
export interface CandidateOptions {
  /**
   * Threshold for logits or scores, computed by `scoreScale()`. Only (anchor, class) pairs with a
   * greater value pass.
   */
  readonly cut: number;
  /**
   * Maximum numbers of candidates. `perLevel` applies to each level of the feature pyramid; null
   * means `total`. `total` applies to all levels together; null means 100,000.
   */
  readonly limits: { readonly perLevel: number | null; readonly total: number | null };
  /** Class ids to select, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
  /**
   * `[K]` thresholds of the K classes, none below `cut`. Unset: all classes have the threshold
   * `cut`.
   */
  readonly classCuts?: Float64Array | undefined;
  /** Rule that converts the four numbers that the graph predicts for an anchor to a box. */
  readonly boxCoder: BoxCoder;
  /** Size of the padded input tensor. */
  readonly input: Size;
  /**
   * Returns the area to which the boxes of a level are clipped, in input pixels. Null: no clipping.
   */
  readonly clip: (level: AnchorLevel) => Area | null;
}

/**
 * Maximum number of candidates for manifests that set no maximum.
 *
 * With a score threshold of 0, every (anchor, class) pair passes: 13 million pairs for an input of
 * 800x1088 pixels and 80 classes.
 */
export const MAX_CANDIDATES = 100_000;

/**
 * Pair of an anchor and a class whose value passed the threshold and is among the best of its
 * level.
 */
export interface Survivor {
  /** Anchors and outputs of the level. */
  readonly heads: LevelHeads;
  /** Index of the level. */
  readonly level: number;
  /** Index of the anchor in its level. Anchors are counted cell by cell, row by row. */
  readonly anchorIndex: number;
  /** Class of the pair. */
  readonly classId: number;
  /** Logit or score of the pair. */
  readonly value: number;
}

/**
 * Selects the best (anchor, class) pairs and decodes only the boxes of these pairs.
 *
 * 1. From each level, select the best pairs above the threshold, at most `limits.perLevel`.
 * 2. Sort the pairs of all levels, best first, and keep at most `limits.total`.
 * 3. Decode and clip the box of each pair.
 *
 * A pair is dropped if one of the four numbers that the graph predicts for its box is NaN or
 * infinite, or if an edge of the decoded box is NaN.
 *
 * @param levels Outputs of the graph with scores and boxes, for each level. The level with the
 *   smallest cells comes first.
 */
export function candidatesOf(
  levels: readonly LevelHeads[],
  options: CandidateOptions,
): Candidates {
  // 1. Best pairs of each level.
  const total = options.limits.total ?? MAX_CANDIDATES;
  const { cut, limits, classIds, classCuts } = options;
  const count = Math.min(limits.perLevel ?? total, total);
  const survivors = levels.flatMap((heads, level) =>
    survivorsOf(heads, level, { cut, count, classIds, classCuts })
      .filter(({ anchorIndex }) => hasFiniteDeltas(heads, anchorIndex))
  );

  // 2. Best pairs of all levels. The sort is stable: equal values stay in the order of level and
  //    index.
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
    levels: Int32Array.from(decoded, ({ level }) => level),
    anchors: Int32Array.from(decoded, ({ anchorIndex }) => anchorIndex),
  };
}

/** Returns the best (anchor, class) pairs of one level, best first. */
export function survivorsOf(heads: LevelHeads, level: number, limits: LevelCut): Survivor[] {
  const { scores, anchors } = heads;
  return bestOfLevel(heads, limits).map((index) => {
    const anchorIndex = Math.floor(index / scores.channels);
    const classId = index - anchorIndex * scores.channels;
    const at = anchorOffset(scores, anchors, anchorIndex) + classId * scores.channelStep;
    return { heads, level, anchorIndex, classId, value: scores.data[at]! };
  });
}

/** Returns true if the four numbers that the graph predicts for the box of an anchor are finite. */
export function hasFiniteDeltas({ anchors, deltas }: LevelHeads, anchorIndex: number): boolean {
  const at = anchorOffset(deltas, anchors, anchorIndex);
  return [0, 1, 2, 3].every((i) => Number.isFinite(deltas.data[at + i * deltas.channelStep]));
}

/**
 * Creates a function that decodes and clips the box of an anchor.
 *
 * The created function returns x1, y1, x2, y2 in input pixels. Each call overwrites and returns the
 * same array.
 */
export function boxDecoder(
  { boxCoder, input, clip }: Pick<CandidateOptions, "boxCoder" | "input" | "clip">,
): (heads: LevelHeads, anchorIndex: number) => Float64Array {
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
