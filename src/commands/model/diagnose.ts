import {
  type ComparedDetection,
  goldenDifferences,
  type GoldenTolerance,
} from "../../eval/golden_differences.ts";
import type { HeadsManifest, Manifest } from "../../manifest/manifest.ts";
import type { Golden } from "../eval_files/golden_file.ts";
import { rarerVariationsOf, type Variation, variationsOf } from "./variations.ts";

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
  /** Computes the anchors from the golden file. Throws an error if no anchors fit. */
  readonly fit: () => Promise<Manifest>;
}

/** Result of running the model with one property of its manifest changed. */
interface Trial {
  /** The change, for example "labels moved by 1". */
  readonly change: string;
  /** Explanation for the user: the reason why the value may be wrong. */
  readonly symptom: string;
  /** Number of detections that differ from the golden file. */
  readonly differences: number;
  /** Share of all detections, of this project and of the golden file, that differ: 0 to 1. */
  readonly share: number;
}

/**
 * Maximum share of the differences that may remain if a change explains them. If more remain, rarer
 * values are tried as well.
 */
const EXPLAINED = 0.2;

/**
 * Finds the properties of a manifest that are most likely wrong. Changes one property at a time,
 * and counts how many detections still differ from the golden file.
 *
 * If no usual value explains the differences, computes the anchors from the golden file, and tries
 * rarer sizes of the input.
 *
 * @returns Lines to print, the likeliest property first.
 */
export async function diagnose(
  manifest: Manifest,
  { golden, tolerance, found, detect, fit }: FailedComparison,
): Promise<string[]> {
  // A change that only returns fewer detections leaves fewer differences, but no smaller share.
  const compare = (detections: readonly ComparedDetection[]) => {
    const differences = goldenDifferences(detections, golden.detections, tolerance).length;
    // Two empty lists are equal: no detection differs.
    const total = Math.max(1, detections.length + golden.detections.length);
    return { differences, share: differences / total };
  };
  const { differences, share } = compare(found);
  const runAll = async (variations: readonly Variation[]): Promise<Trial[]> => {
    const trials: Trial[] = [];
    for (const { change, symptom, manifest: other } of variations) {
      const explained = trials.find((trial) => trial.differences === 0);
      if (explained !== undefined && !mayExplain(explained.change, change)) continue;
      // A variation that does not fit the graph is left out.
      const result = await detect(other).catch(() => null);
      if (result !== null) trials.push({ change, symptom, ...compare(result) });
    }
    return trials;
  };
  const trials: Trial[] = [
    ...[1, -1].map((shift) => ({
      change: `labels moved by ${shift}`,
      symptom: "class ids of the framework count from another number",
      ...compare(found.map((each) => ({ ...each, classId: each.classId + shift }))),
    })),
    ...await runAll(variationsOf(manifest)),
  ];
  const isExplained = () => trials.some((trial) => trial.share < share * EXPLAINED);
  if (!isExplained()) trials.push(...await runAll(await fittedAnchors(manifest, fit)));
  if (!isExplained()) trials.push(...await runAll(rarerVariationsOf(manifest)));
  // If a change reduces the share by less than a tenth, the changed property is probably not the
  // reason for the differences.
  const better = trials.filter((trial) => trial.share < share * 0.9)
    .sort((a, b) => a.share - b.share);
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

/**
 * Returns true if a change is worth a try after another one has explained all differences: another
 * value of the same property, or of one beside it, may explain them as well.
 */
function mayExplain(explained: string, change: string): boolean {
  const partOf = (text: string) => text.split(/[. ]/)[0];
  // There are dozens of whole rules for the resize, and two of them rarely give equal boxes.
  return partOf(explained) === partOf(change) && !change.startsWith("resize = ");
}

/**
 * Returns the manifest with the anchors that fit the golden file. Empty if no anchors fit, or if
 * the manifest has them already.
 */
async function fittedAnchors(
  manifest: Manifest,
  fit: () => Promise<Manifest>,
): Promise<Variation[]> {
  const fitted = await fit().catch(() => null);
  if (fitted === null || !("anchors" in fitted) || !("anchors" in manifest)) return [];
  return [{
    change: `anchors ${changeOf(manifest.anchors, fitted.anchors)}`,
    symptom: "the anchors of the boxes in the golden file: --golden of model new takes them",
    manifest: fitted,
  }];
}

type Anchors = HeadsManifest["anchors"];

/** Describes the difference of two rules for anchors. */
function changeOf(own: Anchors, fitted: Anchors): string {
  if (!("levels" in fitted)) return `= ${JSON.stringify(fitted)}`;
  if (own.kind === "sizes" && fitted.kind === "sizes") {
    const factors = fitted.levels.flatMap(({ sizes }, level) =>
      sizes.map((size, i) => size / (own.levels[level]?.sizes[i] ?? NaN))
    );
    const [factor = NaN] = factors;
    const isScaled = factors.every((each) => Math.abs(each / factor - 1) < 0.01) &&
      fitted.ratios.every((ratio, i) => Math.abs(ratio / (own.ratios[i] ?? NaN) - 1) < 0.01);
    if (isScaled) return `of ${Number(factor.toFixed(3))} times the size (anchors.levels)`;
    return `of other sizes or ratios, finest level ${JSON.stringify(fitted.levels[0]?.sizes)}, ` +
      `ratios ${JSON.stringify(fitted.ratios)} (anchors.levels, anchors.ratios)`;
  }
  const [finest] = fitted.levels;
  return `of other shapes, finest level ${JSON.stringify(finest)} (anchors.levels)`;
}
