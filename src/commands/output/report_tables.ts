import type { ConfusionMatrix } from "../../eval/confusion_matrix.ts";
import { MATCH_IOU } from "../../eval/match_category.ts";
import type { OperatingPoint } from "../../eval/operating_point.ts";
import type { ScoreBin } from "../../eval/score_bins.ts";
import { textTable } from "../shared/text_table.ts";

/**
 * Quality of the detections of one category or of all categories, at a given score threshold and at
 * the best threshold.
 */
export interface ReportRow {
  /** Name of the category, or "all". */
  readonly label: string;
  /** Quality at the threshold of the report. */
  readonly point: OperatingPoint;
  /** Quality at the threshold with the highest F1. */
  readonly best: OperatingPoint;
}

const NOTHING = "(nothing)";

/** Formats precision, recall and F1 at a score threshold, and the best threshold of each class. */
export function operatingTable(threshold: number, rows: readonly ReportRow[]): string {
  const head = ["class", "objects", "reported", "precision", "recall", "F1"];
  const table = textTable(
    [...head, "best threshold", "its precision", "its recall", "its F1"],
    rows.map(({ label, point, best }) => [
      ...[label, point.objects, point.reported],
      ...figures(point),
      ...[best.objects === 0 ? "?" : best.threshold.toFixed(2), ...figures(best)],
    ]),
  );
  return `Scores above ${threshold}, IoU of ${MATCH_IOU.toFixed(2)} or more:\n${table}`;
}

/**
 * Formats a confusion matrix. The rows are the true classes of the objects. The columns are the
 * classes that the model reported.
 */
export function confusionTable({ labels, counts }: ConfusionMatrix): string {
  const rows = counts.map((row, index) => [labels[index] ?? NOTHING, ...row]);
  return "Objects (rows) and what was reported for them (columns), at the same scores and IoU:\n" +
    textTable(["", ...labels, NOTHING], rows);
}

/** Formats the share of correct detections by score. Leaves out ranges without detections. */
export function scoreTable(bins: readonly ScoreBin[]): string {
  const rows = bins.filter(({ results }) => results > 0).map((bin) => [
    `${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}`,
    ...[bin.results, bin.meanScore.toFixed(3), bin.precision.toFixed(3)],
  ]);
  return `Share of correct detections by score, IoU of ${MATCH_IOU.toFixed(2)} or more:\n` +
    textTable(["score", "detections", "mean score", "correct"], rows);
}

/**
 * Formats precision, recall and F1 of a class. Shows "?" if the data set has no object of the
 * class.
 */
function figures({ precision, recall, f1, objects }: OperatingPoint): string[] {
  return [precision, recall, f1].map((value) =>
    value < 0 || objects === 0 ? "?" : value.toFixed(3)
  );
}
