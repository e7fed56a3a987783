// Tables of the results of `deno task eval --json`, in Markdown.
import type { CocoFigures } from "../../src/eval/evaluate.ts";
import { figuresTable } from "../../src/eval/figures_table.ts";
import type { OperatingPoint } from "../../src/eval/operating_point.ts";
import type { ScoreBin } from "../../src/eval/score_bins.ts";
import { markdownTable, shortShare } from "./generated_tables.ts";

/** What `deno task eval --json` prints, as far as the pages show it. */
export interface Evaluation extends CocoFigures {
  readonly threshold: number;
  readonly atThreshold: OperatingPoint;
  readonly best: OperatingPoint;
  readonly perCategory: readonly EvaluatedClass[];
  readonly byScore: readonly ScoreBin[];
}

interface EvaluatedClass extends ClassPrecision {
  readonly atThreshold: OperatingPoint;
  readonly best: OperatingPoint;
}

/** Average precision of a class. */
export interface ClassPrecision {
  readonly label: string;
  readonly ap: number;
  readonly ap50: number;
}

/** Figures of the default model until 2026-11-27, which had dense subnets. */
export interface Dense {
  readonly ap: number;
  readonly ap50: number;
  readonly perCategory: readonly ClassPrecision[];
}

/** Lowest score of the table of scores; below it nearly nothing is correct. */
const LEAST_SCORE = 0.3;

/** Lists the twelve figures as COCO prints them. */
export function figures(results: Evaluation): string {
  const lines = figuresTable(results).map(([name, value]) => `${name} = ${value.toFixed(3)}`);
  return ["```", ...lines, "```"].join("\n");
}

/** Writes AP, AP50, AP75 and the AP of small, medium and large objects. */
export function areaTable(results: Evaluation): string {
  return markdownTable([
    ["AP", "AP50", "AP75", "small", "medium", "large"],
    areas(results),
  ]);
}

function areas({ ap, ap50, ap75, apSmall, apMedium, apLarge }: CocoFigures): string[] {
  return [ap, ap50, ap75, apSmall, apMedium, apLarge].map((share) => shortShare(share));
}

/** Writes AP and AP50 of each class. */
export function classTable({ perCategory }: Evaluation): string {
  return markdownTable([
    ["class", "AP", "AP50"],
    ...perCategory.map(({ label, ap, ap50 }) => [label, shortShare(ap), shortShare(ap50)]),
  ]);
}

/** Writes precision, recall and F1 of each class at the default threshold of the model. */
export function thresholdTable({ threshold, perCategory, atThreshold, best }: Evaluation): string {
  const table = markdownTable([
    ["class", "precision", "recall", "F1", "best threshold"],
    ...[...perCategory, { label: "all", atThreshold, best }].map((row) => [
      row.label,
      ...[row.atThreshold.precision, row.atThreshold.recall, row.atThreshold.f1].map((share) =>
        shortShare(share)
      ),
      shortShare(row.best.threshold, 2),
    ]),
  ]);
  const chosen = shortShare(threshold, 2);
  return `At the default score threshold of ${chosen}, chosen on photos held out of the training:` +
    `\n\n${table}`;
}

/** Says in words what the default threshold does. */
export function point({ threshold, atThreshold }: Evaluation): string {
  return `On \`val\`, the default threshold of ${shortShare(threshold, 2)} has a precision of ` +
    `${shortShare(atThreshold.precision)} and a recall of ${shortShare(atThreshold.recall)}.`;
}

/** Writes the share of correct detections by score. */
export function scoreTable({ byScore }: Evaluation): string {
  return markdownTable([
    ["score", "detections", "mean score", "correct"],
    ...byScore.filter(({ from }) => from >= LEAST_SCORE - 1e-9).map((bin) => [
      `${shortShare(bin.from, 1)} to ${shortShare(bin.to, 1)}`,
      String(bin.results),
      shortShare(bin.meanScore),
      shortShare(bin.precision),
    ]),
  ]);
}

/** Compares each class with the dense network. */
export function denseTable(dense: Dense, now: Evaluation): string {
  const row = (label: string, before: Omit<ClassPrecision, "label">, after: typeof before) => [
    label,
    ...[before.ap, after.ap, before.ap50, after.ap50].map((share) => shortShare(share)),
  ];
  return markdownTable([
    ["class", "AP before", "AP now", "AP50 before", "AP50 now"],
    ...now.perCategory.map((each, n) => row(each.label, dense.perCategory[n]!, each)),
    row("mean", dense, now),
  ]);
}

/** Compares models, with AP and AP50 of persons and cars, which are often small. */
export function siblingTable(models: Readonly<Record<string, Evaluation>>): string {
  const shown = ["person", "car"];
  return markdownTable([
    ["", "AP", "AP50", "AP75", "small", "medium", "large", ...shown],
    ...Object.entries(models).map(([id, results]) => [
      id,
      ...areas(results),
      ...results.perCategory.filter(({ label }) => shown.includes(label))
        .map(({ ap, ap50 }) => `${shortShare(ap)}, ${shortShare(ap50)}`),
    ]),
  ]);
}
