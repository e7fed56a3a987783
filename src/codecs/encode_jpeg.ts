import jpeg from "jpeg-js";
import type { EncodePixels } from "./encode_png.ts";

/** Quality of the JPEG, 1 to 100. */
const QUALITY = 88;

/**
 * Encodes pixels as JPEG, without subsampling of colours, so that coloured letters stay sharp.
 *
 * @param pixels Pixels. Their alpha is ignored.
 */
export function encodeJpeg({ data, width, height }: EncodePixels): Uint8Array<ArrayBuffer> {
  return new Uint8Array(jpeg.encode({ data, width, height }, QUALITY).data);
}
