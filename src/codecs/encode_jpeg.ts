import jpeg from "jpeg-js";
import type { EncodePixels } from "../ports/drawing.ts";

/** Quality of the JPEG, 1 to 100. */
const QUALITY = 88;

/**
 * Encodes pixels as JPEG. Does not reduce the resolution of colours, so coloured letters stay
 * sharp.
 *
 * @param pixels Pixels to encode. Alpha is ignored.
 */
export function encodeJpeg({ data, width, height }: EncodePixels): Uint8Array<ArrayBuffer> {
  return new Uint8Array(jpeg.encode({ data, width, height }, QUALITY).data);
}
