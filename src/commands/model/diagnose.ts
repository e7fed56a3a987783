import { detectorOf } from "../../detect/detector.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import {
  type ComparedDetection,
  goldenDifferences,
  type GoldenTolerance,
} from "../../eval/golden_differences.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { comparable, type Golden } from "../eval_files/golden_file.ts";
import { variationsOf } from "./variations.ts";

/** Maximum number of properties that are named. */
const MAX_NAMED = 3;

/** Number of differing detections with one property changed. */
interface Trial {
  readonly change: string;
  readonly symptom: string;
  readonly differences: number;
}

/**
 * Finds the properties of a manifest that most likely cause differences from a golden: it changes
 * one property at a time, and counts the differences that are left.
 *
 * @param differences Number of differences of the manifest as it is.
 * @returns Lines for people, the likeliest property first.
 */
export async function diagnose(
  runtime: Runtime,
  loaded: LoadedModel,
  image: Uint8Array,
  golden: Golden,
  tolerance: GoldenTolerance,
  differences: number,
): Promise<string[]> {
  const differencesWith = async (manifest: Manifest) => {
    const found = await detectWith(runtime, loaded, manifest, image, golden);
    return goldenDifferences(found, golden.detections, tolerance).length;
  };
  const trials: Trial[] = await shiftedLabels(runtime, loaded, image, golden, tolerance);
  for (const { change, symptom, manifest } of variationsOf(loaded.manifest)) {
    try {
      trials.push({ change, symptom, differences: await differencesWith(manifest) });
    } catch {
      // The graph does not take such an input, or does not return such outputs.
    }
  }
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

/** Tries class ids that are one more and one less. */
async function shiftedLabels(
  runtime: Runtime,
  loaded: LoadedModel,
  image: Uint8Array,
  golden: Golden,
  tolerance: GoldenTolerance,
): Promise<Trial[]> {
  const found = await detectWith(runtime, loaded, loaded.manifest, image, golden);
  return [1, -1].map((shift) => {
    const shifted = found.map((each) => ({ ...each, classId: each.classId + shift }));
    return {
      change: `labels moved by ${shift}`,
      symptom: "class ids of the framework count from another number",
      differences: goldenDifferences(shifted, golden.detections, tolerance).length,
    };
  });
}

async function detectWith(
  runtime: Runtime,
  { session }: LoadedModel,
  manifest: Manifest,
  image: Uint8Array,
  { score }: Golden,
): Promise<ComparedDetection[]> {
  const detector = detectorOf(runtime, { manifest, session });
  const { detections } = await detector.detect(image, { scoreThreshold: score });
  return detections.map(comparable);
}
