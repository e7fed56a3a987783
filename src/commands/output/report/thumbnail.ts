import { Buffer } from "node:buffer";
import { readHeader } from "../../../image/formats/read_header.ts";
import type { DetectedImage } from "../detect_output.ts";

/** Returns a small version of an image as a data URL, for the HTML report. */
export function thumbnail({ bytes }: DetectedImage): Promise<string> {
  const { format } = readHeader(bytes);
  return Promise.resolve(`data:image/${format};base64,${Buffer.from(bytes).toString("base64")}`);
}
