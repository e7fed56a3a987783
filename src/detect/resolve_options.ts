import { isFinished, type Manifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import { THRESHOLD_RANGE } from "../core/threshold_range.ts";
import type { DetectOptions } from "../ports/detector.ts";

/** Options with every gap filled from the manifest. */
export interface ResolvedOptions {
  /** Detections score above this, or as much where the manifest says `at-least`. */
  readonly scoreThreshold: number;
  /** Boxes of one group overlap by at most this IoU. */
  readonly iou: number;
  /** At most this many detections. */
  readonly max: number;
  /** Classes to look for, or null for all. */
  readonly classIds: ReadonlySet<number> | null;
}

/**
 * Fills and checks what a caller asked for.
 *
 * @throws {DomainError} `invalid-option` or `unknown-class`.
 */
export function resolveOptions(manifest: Manifest, options: DetectOptions): ResolvedOptions {
  checkNames(options);
  const { postprocess } = manifest;
  const { scoreThreshold = postprocess.score, max = postprocess.limit } = options;
  const iou = iouOf(manifest, options);
  checkFraction("scoreThreshold", scoreThreshold);
  checkFraction("iou", iou);
  const most = Math.max(MAX_DETECTIONS, postprocess.limit);
  if (!Number.isInteger(max) || max < 1 || max > most) {
    throw new DomainError(
      "invalid-option",
      `Cannot detect as "max" must be a whole number from 1 to ${most}: current value is ${max}`,
    );
  }
  return { scoreThreshold, iou, max, classIds: classIdsOf(manifest, options.classes) };
}

const OPTION_NAMES: readonly string[] = [
  "scoreThreshold",
  "iou",
  "max",
  "classes",
] satisfies (keyof DetectOptions)[];

/** Refuses misspelt options, which would otherwise have no effect. */
function checkNames(options: DetectOptions): void {
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown === undefined) return;
  throw new DomainError(
    "invalid-option",
    `Cannot detect as there is no option "${unknown}": there are ${OPTION_NAMES.join(", ")}`,
  );
}

/** The graph's own suppression cannot be set; its detections are all kept. */
function iouOf(manifest: Manifest, { iou }: DetectOptions): number {
  if (!isFinished(manifest)) return iou ?? manifest.postprocess.nms.iou;
  if (iou === undefined) return 1;
  throw new DomainError(
    "invalid-option",
    `Cannot detect with "iou" ${iou} as model "${manifest.id}" suppresses inside its graph, ` +
      "which takes no such option: leave it out",
  );
}

/** NMS compares every candidate with every detection that is kept. */
const MAX_DETECTIONS = 1000;

function checkFraction(option: string, value: number): void {
  const { min, max } = THRESHOLD_RANGE;
  if (value >= min && value <= max) return;
  throw new DomainError(
    "invalid-option",
    `Cannot detect as "${option}" must lie in ${min} to ${max}: current value is ${value}`,
  );
}

function classIdsOf(
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
  // Several ids may share a label.
  return new Set(
    manifest.labels.flatMap((label, id) => label !== null && wanted.has(label) ? [id] : []),
  );
}
