import { basename } from "node:path";
import { photoSvg } from "../../draw/photo_svg.ts";
import { readHeader } from "../../image/formats/read_header.ts";
import type { DetectResult } from "../../ports/detector.ts";
import { textTable } from "../shared/text_table.ts";

/** Formats the detections of an image file for a terminal: a summary line and a table. */
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

/**
 * Draws an image and its detections as SVG. The SVG contains the image.
 *
 * @param bytes Encoded image. The program that shows the SVG must apply the EXIF orientation of the
 *   image.
 */
export function detectionSvg(bytes: Uint8Array, { image, detections }: DetectResult): string {
  return photoSvg(bytes, readHeader(bytes).format, image, detections);
}
