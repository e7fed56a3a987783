import type { AnchorLevel } from "../core/anchors.ts";
import { type Area, type ResizePlan, sourceArea, toSource } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import type { Detection } from "../ports/detector.ts";
import { type CandidateOptions, type Candidates, candidatesOf } from "./candidates.ts";
import { type ClassScales, classScales } from "./class_scales.ts";
import { detectionAt } from "./detection_at.ts";
import { explainer } from "./explain.ts";
import type { LevelHeads } from "./heads.ts";
import type { ResolvedOptions } from "./resolve_options.ts";
import { softmaxHeads } from "./softmax_heads.ts";
import { suppress } from "./suppress.ts";
import { withArea } from "./with_area.ts";

/**
 * Turns the outputs of the network for one image into detections.
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
  const { postprocess } = manifest;
  const scales = classScales(manifest, options);
  const candidates = candidatesOf(scoredLevels(levels, manifest), {
    cut: scales.cut,
    classCuts: scales.classCuts,
    limits: postprocess.candidates,
    classIds: wantedClasses(manifest, options),
    ...boxRule(manifest, plan),
  });
  return detectionsFrom(candidates, plan, manifest, options, scales);
}

/**
 * Turns candidates into detections.
 *
 * 1. Suppress overlapping boxes (NMS) and keep at most `options.max` boxes. If the manifest says so,
 *    drop empty boxes before.
 * 2. Scale the boxes to source pixels and clip them to the source.
 * 3. Add the label to each kept box, and the explanation if the caller asked for it.
 * 4. Drop boxes whose left and right or top and bottom edges are swapped. Drop empty boxes if the
 *    manifest says so. Dropped boxes are not replaced, so fewer than `options.max` may remain.
 *
 * @param all Candidates, best first, with boxes in input pixels. The call overwrites the boxes.
 */
export function detectionsFrom(
  all: Candidates,
  plan: ResizePlan,
  manifest: HeadsManifest,
  options: ResolvedOptions,
  scales: ClassScales,
): Detection[] {
  const { empty } = manifest.postprocess;
  const candidates = empty === "drop-first" ? withArea(all) : all;
  const { boxes, classIds } = candidates;

  // 1. NMS.
  const suppression = suppress(candidates, manifest, options, scales);
  const explain = options.explain
    ? explainer(candidates, suppression, plan, manifest, scales)
    : undefined;

  // 2. From input pixels to source pixels, in place.
  toSource(plan, boxes);

  // 3. Labels, and 4. drop.
  const isKept = empty === "keep" ? isInOrder : hasArea;
  return suppression.kept
    .map((row) => {
      const score = suppression.scoreAt(row);
      const detection = detectionAt(manifest, boxes, row, classIds[row]!, score);
      return explain ? { ...detection, explanation: explain(row) } : detection;
    })
    .filter(isKept);
}

/** Returns the levels with scores instead of logits, if the manifest declares a softmax. */
export function scoredLevels(
  levels: readonly LevelHeads[],
  { postprocess: { activation } }: HeadsManifest,
): readonly LevelHeads[] {
  return activation === "softmax" ? levels.map(softmaxHeads) : levels;
}

/** Returns the rule for decoding and clipping boxes. */
export function boxRule(
  manifest: HeadsManifest,
  plan: ResizePlan,
): Pick<CandidateOptions, "boxCoder" | "input" | "clip"> {
  return {
    boxCoder: manifest.boxes,
    input: plan.input,
    clip: (level) => clipArea(manifest, plan, level),
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
export function wantedClasses(
  { labels, postprocess: { background } }: HeadsManifest,
  { classIds }: Pick<ResolvedOptions, "classIds">,
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
export function clipArea(
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
