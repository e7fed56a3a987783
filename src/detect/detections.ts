import type { Manifest } from "../../models/manifest.ts";
import { sigmoid } from "../core/logit.ts";
import { nms } from "../core/nms.ts";
import { clipToResized, type Plan, toSource } from "../core/plan.ts";
import type { Detection } from "../ports/detector.ts";
import type { Candidates } from "./candidates.ts";

/** What the last steps go by. */
export interface DetectionOptions {
  /** Boxes of one group overlap by at most this IoU. */
  readonly iou: number;
  /** At most this many detections. */
  readonly max: number;
}

/**
 * Candidates to detections: clip, NMS and limit, back to source pixels, label.
 *
 * The boxes of the candidates are changed in place; they belong to this call.
 *
 * @returns Best score first, boxes in pixels of the upright source.
 */
export function detectionsOf(
  candidates: Candidates,
  plan: Plan,
  manifest: Manifest,
  options: DetectionOptions,
): Detection[] {
  const { boxes, classIds, logits } = candidates;
  const { clip, nms: rule } = manifest.postprocess;
  if (clip === "before-nms") clipToResized(plan, boxes);
  const groups = rule.perClass ? classIds : new Int32Array(classIds.length);
  const kept = nms(boxes, groups, { iou: options.iou, limit: options.max });
  toSource(plan, boxes);
  return kept.map((row) => ({
    label: manifest.labels[classIds[row]] ?? `class ${classIds[row]}`,
    classId: classIds[row],
    score: sigmoid(logits[row]),
    box: {
      xmin: boxes[row * 4],
      ymin: boxes[row * 4 + 1],
      xmax: boxes[row * 4 + 2],
      ymax: boxes[row * 4 + 3],
    },
  }));
}
