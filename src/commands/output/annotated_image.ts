import { readHeader } from "../../image/formats/read_header.ts";
import type { DrawRequest } from "../../ports/drawing.ts";
import type { DetectedImage, FileContent, OutputContext } from "./detect_output.ts";

/** Maximum longer side of a drawing, pixels: the largest one that JPEG can store. */
const MAX_SIDE = 65_535;

/** Formats of images that keep sharp edges: their drawings are PNG, and those of photos JPEG. */
const SHARP = ["png", "gif", "bmp"];

/** Draws the detections over an image, at its own size. */
export async function annotatedImage(
  image: DetectedImage,
  detector: OutputContext["detector"],
): Promise<FileContent> {
  const isSharp = SHARP.includes(readHeader(image.bytes).format);
  const { detections } = image.result;
  const format = isSharp ? "png" : "jpeg";
  const content = await drawDetections(image, detector, { detections, format, maxSide: MAX_SIDE });
  return { extension: isSharp ? ".png" : ".jpg", content };
}

/**
 * Draws detections over an image. The detector draws, so that a file decodes in its worker process.
 *
 * @throws {TypeError} If the detector cannot draw.
 */
export async function drawDetections(
  { bytes }: DetectedImage,
  { draw }: OutputContext["detector"],
  request: Omit<DrawRequest, "isOverlay">,
): Promise<Uint8Array> {
  if (draw === undefined) throw new TypeError("Cannot draw as the detector has no encoder");
  return (await draw(bytes, { ...request, isOverlay: false })).bytes;
}
