import { detectionTable } from "./detections.ts";
import { cocoFormat } from "./coco_format.ts";
import type { OutputContext, TextFormat } from "./detect_output.ts";
import { reportFormat } from "./report/report_format.ts";

/** Output formats with one text for all images, by the name of the format. */
export const TEXT_FORMATS = {
  table: () => ({ add: ({ source, result }) => detectionTable(source.name, result) }),
  json: () => ({
    add: ({ source, result }) => JSON.stringify({ file: source.name, ...result }),
  }),
  csv: () => ({ head: csvLine(CSV_COLUMNS), add: csvLines }),
  coco: cocoFormat,
  html: reportFormat,
} satisfies Record<string, (context: OutputContext) => TextFormat>;

/** Name of an output format with one text for all images. */
export type TextFormatName = keyof typeof TEXT_FORMATS;

/** Output formats by the extension of the output file. */
export const FORMAT_OF_EXTENSION: Readonly<Record<string, TextFormatName>> = {
  ".html": "html",
  ".htm": "html",
  ".csv": "csv",
  ".json": "coco",
  ".jsonl": "json",
  ".ndjson": "json",
};

const CSV_COLUMNS = [
  ...["file", "width", "height", "label", "class_id", "score"],
  ...["xmin", "ymin", "xmax", "ymax"],
];

/** Formats the detections of an image as CSV (RFC 4180), one detection per line. */
function csvLines({ source, result }: Parameters<TextFormat["add"]>[0]): string | undefined {
  const { image, detections } = result;
  if (detections.length === 0) return undefined;
  return detections.map(({ label, classId, score, box: { xmin, ymin, xmax, ymax } }) =>
    csvLine([
      ...[source.name, image.width, image.height, label, classId, score],
      ...[xmin, ymin, xmax, ymax],
    ])
  ).join("\n");
}

function csvLine(cells: readonly (string | number)[]): string {
  return cells.map((cell) => {
    const text = String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(",");
}
