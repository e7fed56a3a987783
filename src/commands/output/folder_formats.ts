import { annotatedImage } from "./annotated_image.ts";
import type { DetectedImage, FolderFormat, OutputContext } from "./detect_output.ts";

/** Formats with one file for each image, by name. */
export const FOLDER_FORMATS = {
  images: () => ({ add: annotatedImage }),
  yolo: (context) => ({
    files: { "classes.txt": classNames(context) },
    add: (image) => ({ extension: ".txt", content: yoloText(image, context) }),
  }),
} satisfies Record<string, (context: OutputContext) => FolderFormat>;

/** Name of a folder format. */
export type FolderFormatName = keyof typeof FOLDER_FORMATS;

/**
 * Formats detections as YOLO text: class id, then centre, width and height of the box as parts of
 * the image's sides.
 */
export function yoloText(
  { result: { image, detections } }: DetectedImage,
  { withScores }: Pick<OutputContext, "withScores">,
): string {
  return detections.map(({ classId, score, box: { xmin, ymin, xmax, ymax } }) => {
    const parts = [
      (xmin + xmax) / 2 / image.width,
      (ymin + ymax) / 2 / image.height,
      (xmax - xmin) / image.width,
      (ymax - ymin) / image.height,
      ...(withScores ? [score] : []),
    ];
    return `${classId} ${parts.map((part) => part.toFixed(6)).join(" ")}\n`;
  }).join("");
}

/** Returns the names of the classes, one per line; an empty line is an id that is never returned. */
function classNames({ model: { labels } }: OutputContext): string {
  return labels.map((label) => `${label ?? ""}\n`).join("");
}
