import {
  checkOptions,
  FLAG,
  oneOf,
  type OptionRule,
  type OptionRules,
} from "../core/check_options.ts";
import { DomainError } from "../core/domain_error.ts";
import { SIGMA_RANGE, THRESHOLD_RANGE } from "../core/threshold_range.ts";
import { TILE_MERGES, type Tiling } from "../core/tile_options.ts";
import { isFinished, type Manifest } from "../manifest/manifest.ts";
import { type DetectOptions, NMS_KINDS, type NmsKind } from "../ports/detector.ts";
import { resolveTiling, TILES_RULE } from "./resolve_tiling.ts";

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
  /** Division of the image into tiles, or null for the whole image. */
  readonly tiling: Tiling | null;
  /** Score thresholds of single classes, by class id. They override `scoreThreshold`. */
  readonly classThresholds: ReadonlyMap<number, number>;
  /** Rule of NMS. */
  readonly nms: NmsKind;
  /** Width of the Gaussian function of `soft-gaussian`. */
  readonly sigma: number;
  /** True if NMS compares boxes of all classes, false if only boxes of the same class. */
  readonly classAgnostic: boolean;
  /** True if each detection has an explanation. */
  readonly explain: boolean;
  /** True if the result has the candidates. */
  readonly keep: boolean;
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
  tiles: TILES_RULE,
  overlap: NUMBER,
  merge: oneOf(TILE_MERGES),
  whole: FLAG,
  scoreThresholds: {
    must: "an object with a number for each label",
    accepts: (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) &&
      Object.values(value).every((threshold) => typeof threshold === "number"),
  },
  nms: oneOf(NMS_KINDS),
  sigma: NUMBER,
  classAgnostic: FLAG,
  explain: FLAG,
  keep: FLAG,
};

/** Default of the option `sigma` (Bodla et al. 2017, section 5). */
const SIGMA = 0.5;

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
  refuseUnfit(manifest, options);
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
  const { nms = "hard", sigma = SIGMA, explain = false, keep = false } = options;
  checkRange("sigma", sigma, SIGMA_RANGE);
  return {
    scoreThreshold,
    iou,
    max,
    classIds: resolveClasses(manifest, options.classes),
    tiling: resolveTiling(options),
    classThresholds: resolveThresholds(manifest, options.scoreThresholds),
    nms,
    sigma,
    classAgnostic: options.classAgnostic ??
      !(isFinished(manifest) || manifest.postprocess.nms.perClass),
    explain,
    keep,
  };
}

/**
 * Refuses options that would have no effect: options of NMS for a graph that applies NMS itself, and
 * options of another rule of NMS.
 */
function refuseUnfit(manifest: Manifest, options: DetectOptions): void {
  const { nms, sigma, iou, classAgnostic, explain, keep } = options;
  const set = {
    [`"nms" ${nms}`]: nms !== undefined,
    [`"sigma" ${sigma}`]: sigma !== undefined,
    "class-agnostic NMS": classAgnostic !== undefined,
    '"explain"': explain === true,
    '"keep"': keep === true,
  };
  const [asked] = Object.entries(set).find(([, isSet]) => isSet) ?? [];
  if (asked !== undefined && isFinished(manifest)) {
    throw new DomainError(
      "invalid-option",
      `Cannot detect with ${asked} as model "${manifest.id}" suppresses inside its graph, which ` +
        "returns no candidates: leave it out",
    );
  }
  if (sigma !== undefined && nms !== "soft-gaussian") {
    throw new DomainError(
      "invalid-option",
      `Cannot detect with "sigma" as only "nms" soft-gaussian takes it: current value of "nms" ` +
        `is ${nms ?? "hard"}`,
    );
  }
  if (iou !== undefined && nms === "soft-gaussian") {
    throw new DomainError(
      "invalid-option",
      'Cannot detect with "iou" as "nms" soft-gaussian has no threshold: use "sigma"',
    );
  }
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
  checkRange(option, value, THRESHOLD_RANGE);
}

function checkRange(
  option: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): void {
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
  checkLabels(manifest, classes);
  const wanted = new Set(classes);
  // Several class ids may have the same label.
  return new Set(
    manifest.labels.flatMap((label, id) => label !== null && wanted.has(label) ? [id] : []),
  );
}

/** Returns the score thresholds of single classes by class id. */
function resolveThresholds(
  manifest: Manifest,
  thresholds: Readonly<Record<string, number>> = {},
): ReadonlyMap<number, number> {
  const byLabel = new Map(Object.entries(thresholds));
  checkLabels(manifest, [...byLabel.keys()]);
  for (const [label, threshold] of byLabel) checkFraction(`scoreThresholds.${label}`, threshold);
  return new Map(
    manifest.labels.flatMap((label, id) => {
      const threshold = label === null ? undefined : byLabel.get(label);
      return threshold === undefined ? [] : [[id, threshold] as const];
    }),
  );
}

/** Refuses a label that the model does not know. */
function checkLabels({ id, labels }: Manifest, wanted: readonly string[]): void {
  const unknown = wanted.find((label) => !labels.includes(label));
  if (unknown === undefined) return;
  const known = labels.filter((label) => label !== null).join(", ");
  throw new DomainError(
    "unknown-class",
    `Cannot look for "${unknown}" as model "${id}" knows only: ${known}`,
  );
}
