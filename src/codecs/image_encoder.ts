import type { DrawingFormat, EncodePixels } from "../ports/drawing.ts";
import { encodeJpeg } from "./encode_jpeg.ts";
import { encodePng } from "./encode_png.ts";

/** Encodes pixels as PNG or JPEG, with encoders that need no addon and no WebAssembly. */
export async function imageEncoder(
  pixels: EncodePixels,
  format: DrawingFormat,
  hasAlpha: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  return format === "png" ? await encodePng(pixels, hasAlpha) : encodeJpeg(pixels);
}
