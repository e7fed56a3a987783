import type { ImageEncoder } from "../ports/drawing.ts";
import { encodeJpeg } from "./encode_jpeg.ts";
import { encodePng } from "./encode_png.ts";

/** Encodes pixels as PNG or JPEG. The encoders need no native addon and no WebAssembly. */
export const imageEncoder: ImageEncoder = async (pixels, format, hasAlpha) =>
  format === "png" ? await encodePng(pixels, hasAlpha) : encodeJpeg(pixels);
