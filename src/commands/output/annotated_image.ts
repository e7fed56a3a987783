import { detectionSvg } from "./detections.ts";
import type { DetectedImage, FileContent } from "./detect_output.ts";

/** Draws the detections over an image. */
export function annotatedImage({ bytes, result }: DetectedImage): FileContent {
  return { extension: ".svg", content: detectionSvg(bytes, result) };
}
