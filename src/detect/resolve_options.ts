import { isFinished, type Manifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import type { DetectOptions } from "../ports/detector.ts";

/** Options with every gap filled from the manifest. */
export interface ResolvedOptions {
  /** Detections score above this, or as much where the manifest says `at-least`. */
  readonly score: number;
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
  const { postprocess } = manifest;
  const { score = postprocess.score, max = postprocess.limit } = options;
  const iou = iouOf(manifest, options);
  checkFraction("score", score);
  checkFraction("iou", iou);
  const most = Math.max(MOST_DETECTIONS, postprocess.limit);
  if (!Number.isInteger(max) || max < 1 || max > most) {
    throw new DomainError(
      "invalid-option",
      `Cannot detect as "max" must be a whole number from 1 to ${most}: current value is ${max}`,
    );
  }
  return { score, iou, max, classIds: classIdsOf(manifest, options.classes) };
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
const MOST_DETECTIONS = 1000;

function checkFraction(option: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new DomainError(
    "invalid-option",
    `Cannot detect as "${option}" must lie in 0 to 1: current value is ${value}`,
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
