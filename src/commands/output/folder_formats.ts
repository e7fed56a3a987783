import { annotatedImage } from "./annotated_image.ts";
import type { DetectedImage, FolderFormat, OutputContext } from "./detect_output.ts";

/** Output formats with one file for each image, by the name of the format. */
export const FOLDER_FORMATS = {
  images: ({ detector }) => ({ add: (image) => annotatedImage(image, detector) }),
  yolo: (context) => ({
    files: { "classes.txt": classNames(context) },
    add: (image) => ({ extension: ".txt", content: yoloText(image, context) }),
  }),
} satisfies Record<string, (context: OutputContext) => FolderFormat>;

/** Name of an output format with one file for each image. */
export type FolderFormatName = keyof typeof FOLDER_FORMATS;

/**
 * Formats detections as YOLO text, one per line: class id, then centre, width and height of the
 * box. The values of the box are fractions (0 to 1) of the width and height of the image.
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

/**
 * Returns the names of the classes, one per line. An empty line is a class id that the model never
 * returns.
 */
function classNames({ detector: { model: { labels } } }: OutputContext): string {
  return labels.map((label) => `${label ?? ""}\n`).join("");
}
