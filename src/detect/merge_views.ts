import { dropFragments } from "../core/drop_fragments.ts";
import { fuseBoxes } from "../core/fuse_boxes.ts";
import { nms, type NmsOptions } from "../core/nms.ts";
import type { Size } from "../core/size.ts";
import type { SourceWindow } from "../core/source_window.ts";
import type { TileMerge } from "../core/tile_options.ts";
import type { Detection, DetectionBox } from "../ports/detector.ts";

/** Options of {@linkcode mergeViews}. */
export interface MergeOptions {
  /** Views in which the detections were found. */
  readonly windows: readonly SourceWindow[];
  /** Size of the image in source pixels. */
  readonly source: Size;
  /** Way to merge overlapping boxes. */
  readonly merge: TileMerge;
  /** Threshold of the IoU above which two boxes count as the same object, 0 to 1. */
  readonly iou: number;
  /** True if only boxes of the same class are merged. */
  readonly perClass: boolean;
  /** Meaning of the right and bottom edge of a box, as in {@linkcode nms}. */
  readonly extent?: NmsOptions["extent"] | undefined;
  /** Maximum number of detections. */
  readonly max: number;
}

/**
 * Maximum number of detections that are merged. The time of merging grows with the square of this
 * number. Each view of a hostile image may have 1000 detections.
 */
const MAX_MERGED = 4096;

/**
 * Merges the detections of several views of one image.
 *
 * 1. Move the boxes from their views to the image. Sort them by score.
 * 2. Drop boxes that an inner edge of a tile cuts, if another view shows more of the object.
 * 3. Merge overlapping boxes by NMS or by weighted boxes fusion.
 * 4. Keep at most `max` detections.
 *
 * The detections of a single view stay as they are.
 *
 * @param found Detections of each view, in source pixels of the view.
 * @returns Detections of the image, best first, in source pixels of the image.
 */
export function mergeViews(
  found: readonly (readonly Detection[])[],
  options: MergeOptions,
): readonly Detection[] {
  const { windows, max } = options;
  const [only] = found;
  if (windows.length === 1 && only !== undefined) return only;

  // 1. Image coordinates, best first.
  const all = found.flatMap((detections, view) =>
    detections.map((detection) => ({ view, detection: moved(detection, windows[view]!) }))
  );
  all.sort((a, b) => b.detection.score - a.detection.score);
  all.splice(MAX_MERGED);

  // 2. Fragments.
  const views = Int32Array.from(all, ({ view }) => view);
  const everything = all.map(({ detection }) => detection);
  const rows = dropFragments({ ...columnsOf(everything, options), views }, options);
  const whole = rows.map((row) => everything[row]!);

  // 3. and 4. Merge and limit.
  return options.merge === "wbf" ? fused(whole, options).slice(0, max) : best(whole, options);
}

/** Moves a detection, and the boxes of its explanation, from a view to the image. */
function moved(detection: Detection, { left, top }: SourceWindow): Detection {
  const shift = <Boxed extends { readonly box: DetectionBox }>(each: Boxed): Boxed => {
    const { xmin, ymin, xmax, ymax } = each.box;
    const box = { xmin: xmin + left, ymin: ymin + top, xmax: xmax + left, ymax: ymax + top };
    return { ...each, box };
  };
  const { explanation } = detection;
  if (explanation === undefined) return shift(detection);
  const suppressed = explanation.suppressed.map(shift);
  return { ...shift(detection), explanation: { ...explanation, suppressed } };
}

function best(detections: readonly Detection[], options: MergeOptions): Detection[] {
  const { iou, extent, max } = options;
  const { boxes, groups } = columnsOf(detections, options);
  const kept = nms(boxes, groups, { iou, limit: max, ...extent !== undefined && { extent } });
  return kept.map((row) => detections[row]!);
}

/** Fuses overlapping boxes. A fused box has the class of the best box of its cluster. */
function fused(detections: readonly Detection[], options: MergeOptions): Detection[] {
  const columns = columnsOf(detections, options);
  const scores = Float64Array.from(detections, ({ score }) => score);
  const { boxes, rows } = fuseBoxes({ ...columns, scores }, options.iou);
  return rows.map((row, i) => {
    const [xmin = 0, ymin = 0, xmax = 0, ymax = 0] = boxes.subarray(i * 4, i * 4 + 4);
    return { ...detections[row]!, box: { xmin, ymin, xmax, ymax } };
  });
}

/** Returns the boxes and the groups of detections as columns of numbers. */
function columnsOf(detections: readonly Detection[], { perClass }: MergeOptions) {
  const boxes = new Float64Array(detections.length * 4);
  for (const [row, { box: { xmin, ymin, xmax, ymax } }] of detections.entries()) {
    boxes.set([xmin, ymin, xmax, ymax], row * 4);
  }
  const groups = Int32Array.from(detections, ({ classId }) => perClass ? classId : 0);
  return { boxes, groups };
}
