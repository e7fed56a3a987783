import type { AnchorLevel } from "../core/anchors.ts";
import { nms } from "../core/nms.ts";
import { type Area, type ResizePlan, sourceArea, toSource } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest, Manifest } from "../manifest/manifest.ts";
import type { Detection } from "../ports/detector.ts";
import { candidatesOf } from "./candidates.ts";
import type { LevelHeads } from "./heads.ts";
import type { ResolvedOptions } from "./resolve_options.ts";
import { scoreScale } from "./score_scale.ts";
import { softmaxHeads } from "./softmax_heads.ts";

/**
 * Turns the outputs of the network for one image into detections.
 *
 * 1. Select and decode candidates: boxes in input pixels, best first.
 * 2. Suppress overlapping boxes (NMS) and keep at most `options.max` boxes.
 * 3. Scale the boxes to source pixels and clip them to the source.
 * 4. Add the label to each kept box.
 * 5. Drop boxes whose left and right or top and bottom edges are swapped. Drop empty boxes if the
 *    manifest says so. Dropped boxes are not replaced, so fewer than `options.max` may remain.
 *
 * @param levels Outputs of the graph with scores and boxes, for each level. The level with the
 *   smallest cells comes first.
 * @returns Detections, best first. Boxes are in source pixels, after the EXIF orientation is
 *   applied.
 */
export function detectionsOf(
  levels: readonly LevelHeads[],
  plan: ResizePlan,
  manifest: HeadsManifest,
  options: ResolvedOptions,
): Detection[] {
  const { boxes: boxCoder, postprocess } = manifest;
  const { cut, scoreOf } = scoreScale(postprocess, options.scoreThreshold);

  // 1. Candidates.
  const scored = postprocess.activation === "softmax" ? levels.map(softmaxHeads) : levels;
  const { boxes, classIds, values } = candidatesOf(scored, {
    cut,
    limits: postprocess.candidates,
    classIds: wantedClasses(manifest, options),
    boxCoder,
    input: plan.input,
    clip: (level) => clipArea(manifest, plan, level),
  });

  // 2. NMS: boxes suppress only boxes of the same group. There is one group per class, or one group
  //    for all classes.
  const groups = postprocess.nms.perClass ? classIds : new Int32Array(classIds.length);
  const kept = nms(boxes, groups, {
    iou: options.iou,
    limit: options.max,
    extent: boxCoder.extent,
  });

  // 3. From input pixels to source pixels, in place.
  toSource(plan, boxes);

  // 4. Labels, and 5. drop.
  const isKept = postprocess.empty === "drop" ? hasArea : isInOrder;
  return kept
    .map((row) => detectionAt(manifest, boxes, row, classIds[row]!, scoreOf(values[row]!)))
    .filter(isKept);
}

/**
 * Creates a detection from one row of an array of boxes.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes, in source pixels.
 * @param score Confidence, 0 to 1.
 */
export function detectionAt(
  { labels }: Pick<Manifest, "labels">,
  boxes: Float64Array,
  row: number,
  classId: number,
  score: number,
): Detection {
  const at = row * 4;
  return {
    label: labels[classId] ?? `class ${classId}`,
    classId,
    score,
    box: {
      xmin: boxes[at]!,
      ymin: boxes[at + 1]!,
      xmax: boxes[at + 2]!,
      ymax: boxes[at + 3]!,
    },
  };
}

/**
 * Returns true if the edges of a box are in order: xmin at most xmax, and ymin at most ymax.
 *
 * Edges can be swapped if the network predicts each edge separately and the predicted numbers are
 * extreme.
 */
export function isInOrder({ box }: Detection): boolean {
  return box.xmax >= box.xmin && box.ymax >= box.ymin;
}

function hasArea({ box }: Detection): boolean {
  return box.xmax > box.xmin && box.ymax > box.ymin;
}

/**
 * Returns the requested class ids, without the class that stands for the background. Null: all
 * classes.
 */
function wantedClasses(
  { labels, postprocess: { background } }: HeadsManifest,
  { classIds }: ResolvedOptions,
): ReadonlySet<number> | null {
  if (background === null) return classIds;
  const wanted = new Set(classIds ?? labels.keys());
  wanted.delete(background);
  return wanted;
}

/**
 * Returns the area to which the boxes of a level are clipped before NMS, in input pixels. Null: no
 * clipping.
 */
function clipArea(
  { postprocess }: HeadsManifest,
  plan: ResizePlan,
  level: AnchorLevel,
): Area | null {
  switch (postprocess.clip) {
    case "none":
      return null;
    case "picture":
      return sourceArea(plan);
    case "input-pixels":
      return lastPixelOf(plan.input);
    case "grid-pixels":
      return lastPixelOf(level.covered);
  }
}

function lastPixelOf({ width, height }: Size): Size {
  return { width: width - 1, height: height - 1 };
}
