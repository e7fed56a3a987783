import { nms } from "../src/core/nms.ts";
import type { Detection } from "../src/ports/detector.ts";

/** Rules of a model that decide which candidates become detections. */
export interface FilterRules {
  /** Default score threshold, 0 to 1. */
  readonly score: number;
  /** True if a score that equals the threshold is kept. */
  readonly keepsEqual: boolean;
  /** NMS, or null if the graph of the model applies NMS itself. */
  readonly nms: {
    /** Default IoU threshold, 0 to 1. */
    readonly iou: number;
    /** True if only boxes of the same class suppress each other. */
    readonly perClass: boolean;
    /** Meaning of xmax and ymax. */
    readonly extent: "edges" | "last-pixel";
  } | null;
  /** Maximum number of detections. */
  readonly limit: number;
}

/** Thresholds that the person has chosen with the sliders. */
export interface Thresholds {
  /** Score threshold, 0 to 1. */
  readonly score: number;
  /** IoU threshold, 0 to 1. */
  readonly iou: number;
}

/**
 * Returns the detections that the server would return for other thresholds, without a request.
 *
 * @param candidates Detections of a request with IoU threshold 1, which suppresses nothing. Best
 *   first.
 */
export function detectionsFor(
  candidates: readonly Detection[],
  rules: FilterRules,
  { score, iou }: Thresholds,
): Detection[] {
  const scored = candidates.filter((each) =>
    rules.keepsEqual ? each.score >= score : each.score > score
  );
  if (rules.nms === null) return scored.slice(0, rules.limit);
  const boxes = Float64Array.from(
    scored.flatMap(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax]),
  );
  const { perClass, extent } = rules.nms;
  const groups = Int32Array.from(scored, ({ classId }) => perClass ? classId : 0);
  return nms(boxes, groups, { iou, extent, limit: rules.limit }).map((row) => scored[row]!);
}

/** Number of detections of a class. */
export interface ClassCount {
  /** Index of the class. */
  readonly classId: number;
  /** Name of the class. */
  readonly label: string;
  /** Number of detections. */
  readonly count: number;
}

/** Counts the detections of each class, in the order of the class ids. */
export function countClasses(detections: readonly Detection[]): ClassCount[] {
  const counts = new Map<number, ClassCount>();
  for (const { classId, label } of detections) {
    const count = (counts.get(classId)?.count ?? 0) + 1;
    counts.set(classId, { classId, label, count });
  }
  return [...counts.values()].sort((a, b) => a.classId - b.classId);
}

/**
 * Returns the lowest score threshold for which the candidates are complete.
 *
 * @param asked Score threshold and maximum number of the request.
 */
export function lowestThreshold(
  candidates: readonly Detection[],
  asked: { readonly score: number; readonly max: number },
): number {
  const worst = candidates.at(-1);
  // A full answer may lack candidates with scores below its last one.
  return worst === undefined || candidates.length < asked.max ? asked.score : worst.score;
}
