import { readHeader } from "../../image/formats/read_header.ts";
import type { DrawRequest } from "../../ports/drawing.ts";
import type { DetectedImage, FileContent, OutputContext } from "./detect_output.ts";

/** Maximum length of the longer side of a drawing, in pixels. A JPEG cannot be larger. */
const MAX_SIDE = 65_535;

/**
 * Formats of images that usually have sharp edges. If the input image has one of these formats, the
 * drawing is a PNG file. For all other input images, the drawing is a JPEG file.
 */
const SHARP = ["png", "gif", "bmp"];

/** Draws the detections over an image, at the full size of the image. */
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
 * Draws detections over an image. The detector makes the drawing, so that the image is decoded in
 * the worker process of the detector.
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
