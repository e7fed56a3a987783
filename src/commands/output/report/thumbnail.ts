import { Buffer } from "node:buffer";
import { drawDetections } from "../annotated_image.ts";
import type { DetectedImage, OutputContext } from "../detect_output.ts";

/**
 * Maximum length of the longer side of a thumbnail, in pixels. This is enough for the small and the
 * enlarged images of the report.
 */
const MAX_SIDE = 480;

/**
 * Returns a reduced copy of an image as a data URL, without boxes. The script of the report draws
 * the boxes.
 */
export async function thumbnail(
  image: DetectedImage,
  detector: OutputContext["detector"],
): Promise<string> {
  const request = { detections: [], format: "jpeg", maxSide: MAX_SIDE } as const;
  const bytes = await drawDetections(image, detector, request);
  return `data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}`;
}
