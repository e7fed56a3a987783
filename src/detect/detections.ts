import type { HeadsManifest, Manifest } from "../manifest/manifest.ts";
import type { AnchorLevel } from "../core/anchors.ts";
import { nms } from "../core/nms.ts";
import { type ResizePlan, toSource } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import type { Detection } from "../ports/detector.ts";
import { candidatesOf } from "./candidates.ts";
import type { LevelHeads } from "./heads.ts";
import type { ResolvedOptions } from "./resolve_options.ts";
import { scoreScale } from "./score_scale.ts";
import { softmaxHeads } from "./softmax_heads.ts";

/**
 * Heads to detections: candidates, NMS and limit, back to source pixels, label.
 *
 * @returns Best score first, boxes in pixels of the upright source.
 */
export function detectionsOf(
  levels: readonly LevelHeads[],
  plan: ResizePlan,
  manifest: HeadsManifest,
  options: ResolvedOptions,
): Detection[] {
  const { activation, candidates: limits, nms: rule } = manifest.postprocess;
  const { cut, scoreOf } = scoreScale(manifest.postprocess, options.scoreThreshold);
  const { boxes, classIds, values } = candidatesOf(
    activation === "softmax" ? levels.map(softmaxHeads) : levels,
    {
      cut,
      limits,
      classIds: wantedClasses(manifest, options),
      coder: manifest.boxes,
      input: plan.input,
      clip: (level) => clipSize(manifest, plan, level),
    },
  );
  const groups = rule.perClass ? classIds : new Int32Array(classIds.length);
  const { extent } = manifest.boxes;
  const kept = nms(boxes, groups, { iou: options.iou, limit: options.max, extent });
  toSource(plan, boxes);
  const detections = kept.map((row) =>
    detectionAt(manifest, boxes, row, classIds[row], scoreOf(values[row]))
  );
  const isKept = manifest.postprocess.empty === "drop" ? hasArea : isInOrder;
  return detections.filter(isKept);
}

/** One row of boxes in source pixels as a detection. */
export function detectionAt(
  { labels }: Pick<Manifest, "labels">,
  boxes: Float64Array,
  row: number,
  classId: number,
  score: number,
): Detection {
  const [xmin, ymin, xmax, ymax] = boxes.subarray(row * 4, row * 4 + 4);
  return {
    label: labels[classId] ?? `class ${classId}`,
    classId,
    score,
    box: { xmin, ymin, xmax, ymax },
  };
}

/** The asked classes without the background, or null for all. */
function wantedClasses(
  { labels, postprocess: { background } }: HeadsManifest,
  { classIds }: ResolvedOptions,
): ReadonlySet<number> | null {
  if (background === null) return classIds;
  const wanted = new Set(classIds ?? labels.keys());
  wanted.delete(background);
  return wanted;
}

/** What boxes of a level are clipped to before NMS. */
function clipSize(
  { postprocess }: HeadsManifest,
  plan: ResizePlan,
  level: AnchorLevel,
): Size | null {
  switch (postprocess.clip) {
    case "none":
      return null;
    case "picture":
      return plan.scaled;
    case "input-pixels":
      return lastPixelOf(plan.input);
    case "grid-pixels":
      return lastPixelOf(level.covered);
  }
}

function lastPixelOf({ width, height }: Size): Size {
  return { width: width - 1, height: height - 1 };
}

/** Whether no edge has changed places with its opposite, as wild deltas of corners can make it. */
export function isInOrder({ box }: Detection): boolean {
  return box.xmax >= box.xmin && box.ymax >= box.ymin;
}

function hasArea({ box }: Detection): boolean {
  return box.xmax > box.xmin && box.ymax > box.ymin;
}
