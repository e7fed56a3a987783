import { basename } from "node:path";
import type { DetectResult } from "../../ports/detector.ts";
import { textTable } from "../shared/text_table.ts";

/** What was found in an image file, for people: a line of summary and a table. */
export function detectionTable(
  file: string,
  { image, timing, detections, engine }: DetectResult,
): string {
  const summary = `${basename(file)}: ${image.width}x${image.height}, ` +
    `${detections.length} found in ${timing.total.toFixed(0)} ms on ${engine.provider}`;
  if (detections.length === 0) return summary;
  const rows = detections.map(({ label, score, box }) => [
    label,
    score.toFixed(3),
    ...[box.xmin, box.ymin, box.xmax, box.ymax].map((edge) => edge.toFixed(1)),
  ]);
  return `${summary}\n${textTable(["label", "score", "xmin", "ymin", "xmax", "ymax"], rows)}`;
}
