import { nms, suppressorsOf } from "../core/nms.ts";
import { softNms } from "../core/soft_nms.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import type { Candidates } from "./candidates.ts";
import type { ClassScales } from "./class_scales.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/** Result of NMS (non-maximum suppression) on M candidates. */
export interface Suppression {
  /** Rows of the kept candidates, best first. */
  readonly kept: readonly number[];
  /** Returns the score of a kept candidate, 0 to 1. Soft-NMS may have lowered the score. */
  readonly scoreAt: (row: number) => number;
  /**
   * Returns `[M]` row of the kept candidate that suppressed each candidate. −1: no kept candidate
   * suppressed it.
   */
  readonly suppressors: () => Int32Array;
}

/**
 * Suppresses candidates that overlap better ones of their group. There is one group per class, or
 * one group for all classes.
 *
 * @param candidates Candidates, best first, with boxes in input pixels.
 */
export function suppress(
  { boxes, classIds, values }: Candidates,
  { boxes: { extent } }: HeadsManifest,
  { nms: kind, iou, sigma, max: limit, classAgnostic }: ResolvedOptions,
  scales: ClassScales,
): Suppression {
  const groups = classAgnostic ? new Int32Array(classIds.length) : classIds;
  if (kind === "hard") {
    const kept = nms(boxes, groups, { iou, limit, extent });
    return {
      kept,
      scoreAt: (row) => scales.scoreOf(values[row]!),
      suppressors: () => suppressorsOf(boxes, groups, kept, { iou, extent }),
    };
  }
  const { kept, scores, suppressors } = softNms(
    boxes,
    groups,
    Float64Array.from(values, scales.scoreOf),
    {
      decay: kind === "soft-linear" ? "linear" : "gaussian",
      iou,
      sigma,
      limit,
      extent,
      passes: (score, row) => scales.passes(score, classIds[row]!),
    },
  );
  return { kept, scoreAt: (row) => scores[row]!, suppressors: () => suppressors };
}
