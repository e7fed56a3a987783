import {
  type ComparedDetection,
  goldenDifferences,
  type GoldenTolerance,
} from "../../eval/golden_differences.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Golden } from "../eval_files/golden_file.ts";
import { tryVariations } from "./variations.ts";

/** Maximum number of suspicious properties that are printed. */
const MAX_NAMED = 3;

/**
 * Golden file of an image (detections of the model's own framework), and the detections of this
 * project that differ from it.
 */
export interface FailedComparison {
  /** Detections of the model's own framework. */
  readonly golden: Golden;
  /** Maximum differences between two detections that count as equal. */
  readonly tolerance: GoldenTolerance;
  /** Detections of this project's detector with the unchanged manifest. */
  readonly found: readonly ComparedDetection[];
  /** Runs this project's detector on the same image with another manifest. */
  readonly detect: (manifest: Manifest) => Promise<ComparedDetection[]>;
}

/** Result of running the model with one property of its manifest changed. */
interface Trial {
  /** The change, for example "labels moved by 1". */
  readonly change: string;
  /** Explanation for the user: the reason why the value may be wrong. */
  readonly symptom: string;
  /** Number of detections that differ from the golden file. */
  readonly differences: number;
}

/**
 * Finds the properties of a manifest that are most likely wrong. Changes one property at a time,
 * and counts how many detections still differ from the golden file.
 *
 * @returns Lines to print, the likeliest property first.
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
  // If a change removes less than a tenth of the differences, the changed property is probably not
  // the reason for the differences.
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
