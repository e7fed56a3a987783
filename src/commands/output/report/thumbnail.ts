import { Buffer } from "node:buffer";
import { drawDetections } from "../annotated_image.ts";
import type { DetectedImage, OutputContext } from "../detect_output.ts";

/** Maximum longer side of a thumbnail, pixels: sharp in a card, and enough for the dialog. */
const MAX_SIDE = 480;

/** Returns a reduced copy of an image as data URL. The page draws the boxes itself. */
export async function thumbnail(
  image: DetectedImage,
  detector: OutputContext["detector"],
): Promise<string> {
  const request = { detections: [], format: "jpeg", maxSide: MAX_SIDE } as const;
  const bytes = await drawDetections(image, detector, request);
  return `data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}`;
}
