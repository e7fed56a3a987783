import { checkOptions, type OptionRule, type OptionRules } from "../core/check_options.ts";
import { DomainError } from "../core/domain_error.ts";
import { THRESHOLD_RANGE } from "../core/threshold_range.ts";
import { isFinished, type Manifest } from "../manifest/manifest.ts";
import type { DetectOptions } from "../ports/detector.ts";

/** Options of one call. Options that the caller left unset have the values of the manifest. */
export interface ResolvedOptions {
  /**
   * Score threshold, 0 to 1. The property `scoreTest` of the manifest decides if a score equal to
   * the threshold passes.
   */
  readonly scoreThreshold: number;
  /**
   * Threshold of the IoU (intersection over union), 0 to 1. If the IoU of two boxes is greater, NMS
   * drops the worse box.
   */
  readonly iou: number;
  /** Maximum number of detections. */
  readonly max: number;
  /** Class ids to detect, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
}

const NUMBER: OptionRule = {
  must: "a number",
  accepts: (value) => typeof value === "number",
};

/** Rules of the options of a call. {@linkcode resolveOptions} also checks the ranges. */
export const DETECT_RULES: OptionRules<DetectOptions> = {
  scoreThreshold: NUMBER,
  iou: NUMBER,
  max: NUMBER,
  classes: {
    must: "an array of labels",
    accepts: (value) => Array.isArray(value) && value.every((label) => typeof label === "string"),
  },
};

/**
 * Largest value of the option `max`, unless the manifest sets a greater value. The limit bounds the
 * time of NMS (non-maximum suppression), which compares each candidate with all kept detections.
 */
const MAX_DETECTIONS = 1000;

/**
 * Checks the options of a call. Unset options get their values from the manifest.
 *
 * @throws {DomainError} `invalid-option` or `unknown-class`.
 */
export function resolveOptions(manifest: Manifest, options: DetectOptions): ResolvedOptions {
  checkOptions(options, DETECT_RULES, { action: "detect" });
  const { postprocess } = manifest;
  const { scoreThreshold = postprocess.score, max = postprocess.limit } = options;
  const iou = resolveIou(manifest, options);
  checkFraction("scoreThreshold", scoreThreshold);
  checkFraction("iou", iou);
  const most = Math.max(MAX_DETECTIONS, postprocess.limit);
  if (!Number.isInteger(max) || max < 1 || max > most) {
    throw new DomainError(
      "invalid-option",
      `Cannot detect as "max" must be a whole number from 1 to ${most}: current value is ${max}`,
    );
  }
  return { scoreThreshold, iou, max, classIds: resolveClasses(manifest, options.classes) };
}

/**
 * Returns the threshold of the IoU (intersection over union) for NMS.
 *
 * If the graph applies NMS itself, the option `iou` must be unset. For these graphs, the function
 * returns 1, which keeps all detections.
 */
function resolveIou(manifest: Manifest, { iou }: DetectOptions): number {
  if (!isFinished(manifest)) return iou ?? manifest.postprocess.nms.iou;
  if (iou === undefined) return 1;
  throw new DomainError(
    "invalid-option",
    `Cannot detect with "iou" ${iou} as model "${manifest.id}" suppresses inside its graph, ` +
      "which takes no such option: leave it out",
  );
}

/** Refuses a threshold outside {@linkcode THRESHOLD_RANGE}. */
function checkFraction(option: string, value: number): void {
  const { min, max } = THRESHOLD_RANGE;
  if (value >= min && value <= max) return;
  throw new DomainError(
    "invalid-option",
    `Cannot detect as "${option}" must lie in ${min} to ${max}: current value is ${value}`,
  );
}

/** Returns the ids of the requested labels, or null if `classes` is unset. */
function resolveClasses(
  manifest: Manifest,
  classes: readonly string[] | undefined,
): ReadonlySet<number> | null {
  if (classes === undefined) return null;
  const wanted = new Set(classes);
  const unknown = [...wanted].filter((label) => !manifest.labels.includes(label));
  if (unknown.length > 0) {
    const known = manifest.labels.filter((label) => label !== null).join(", ");
    throw new DomainError(
      "unknown-class",
      `Cannot look for "${unknown[0]}" as model "${manifest.id}" knows only: ${known}`,
    );
  }
  // Several class ids may have the same label.
  return new Set(
    manifest.labels.flatMap((label, id) => label !== null && wanted.has(label) ? [id] : []),
  );
}
