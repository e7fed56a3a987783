import {
  type ComparedDetection,
  goldenDifferences,
  type GoldenTolerance,
} from "../../eval/golden_differences.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Golden } from "../eval_files/golden_file.ts";
import { tryVariations } from "./variations.ts";

/** Maximum number of properties that are named. */
const MAX_NAMED = 3;

/** Comparison with a golden whose detections differ. */
export interface FailedComparison {
  /** Detections of the framework. */
  readonly golden: Golden;
  /** Differences that still count as equal. */
  readonly tolerance: GoldenTolerance;
  /** Detections of the manifest as it is. */
  readonly found: readonly ComparedDetection[];
  /** Detects in the golden's image with another manifest. */
  readonly detect: (manifest: Manifest) => Promise<ComparedDetection[]>;
}

/** Number of differing detections with one property changed. */
interface Trial {
  readonly change: string;
  readonly symptom: string;
  readonly differences: number;
}

/**
 * Finds the properties of a manifest that most likely cause differences from a golden. Changes one
 * property at a time, and counts the differences that are left.
 *
 * @returns Lines for people, the likeliest property first.
 */
export async function diagnose(
  manifest: Manifest,
  { golden, tolerance, found, detect }: FailedComparison,
): Promise<string[]> {
  const countDifferences = (detections: readonly ComparedDetection[]) =>
    goldenDifferences(detections, golden.detections, tolerance).length;
  const differences = countDifferences(found);
  const tried = await tryVariations(manifest, detect);
  const trials: Trial[] = [
    ...[1, -1].map((shift) => ({
      change: `labels moved by ${shift}`,
      symptom: "class ids of the framework count from another number",
      differences: countDifferences(
        found.map((each) => ({ ...each, classId: each.classId + shift })),
      ),
    })),
    ...tried.map(({ change, symptom, result }) => {
      return { change, symptom, differences: countDifferences(result) };
    }),
  ];
  // A change that leaves nine differences of ten explains nothing.
  const better = trials.filter((trial) => trial.differences < differences * 0.9)
    .sort((a, b) => a.differences - b.differences);
  if (better.length === 0) {
    return [
      "No single property explains the differences: the anchors' sizes, the resize, or several " +
      "properties at once are wrong.",
    ];
  }
  return [
    "The likeliest wrong property:",
    ...better.slice(0, MAX_NAMED).map((trial) =>
      `  ${trial.change} leaves ${trial.differences} of ${differences} differences (${trial.symptom})`
    ),
  ];
}
