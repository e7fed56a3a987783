import { Buffer } from "node:buffer";
import { readHeader } from "../../image/formats/read_header.ts";
import { overlaySvg } from "./overlay.ts";
import type { DetectResult } from "../../ports/detector.ts";

/** An image file with its boxes; a viewer turns the image upright as we do. */
export function detectionSvg(bytes: Uint8Array, { image, detections }: DetectResult): string {
  const { format } = readHeader(bytes);
  const href = `data:image/${format};base64,${Buffer.from(bytes).toString("base64")}`;
  return overlaySvg({ href, ...image }, detections);
}
