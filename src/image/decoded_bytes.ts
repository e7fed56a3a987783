import type { Size } from "../core/size.ts";
import type { ImageHeader } from "./formats/image_header.ts";
import { jpegReduction, reducedSize } from "./jpeg_reduction.ts";

/**
 * Tells how much memory decoding will take, by the header alone: the pixels, and what the decoder
 * holds beside them; the file, and the 20 MB that some decoders take of themselves, are not in it.
 *
 * The factors were measured at 12 megapixels with the decoders that `docs/architecture.md` names.
 *
 * @param header What the file says about itself.
 * @param atLeast Stored size that the pixels must cover; a JPEG may be decoded at a reduced scale.
 *
 * @example
 * ```ts
 * import { decodedBytes } from "./decoded_bytes.ts";
 *
 * const size = { width: 4000, height: 3000 };
 * const depth = { bitDepth: 16, channels: 4, hasAlpha: true };
 * const bytes = decodedBytes({ format: "png", ...size, ...depth, orientation: 1 }, size);
 * if (bytes !== 12 * 4000 * 3000) throw new Error("4 bytes a pixel, made of 8");
 * ```
 */
export function decodedBytes(header: ImageHeader, atLeast: Size): number {
  if (header.format === "jpeg") return jpegBytes(header, atLeast);
  return header.width * header.height * pixelBytes(header, header.format);
}

/** A progressive JPEG keeps two bytes a coefficient at full size, whatever scale it ends at. */
function jpegBytes(header: ImageHeader, atLeast: Size): number {
  const { channels, progressive } = header;
  const { width, height } = reducedSize(header, jpegReduction(header, atLeast));
  // Planes and what they are joined to; CMYK becomes RGB as well.
  const joined = 2 * channels + (channels > 3 ? 3 : 0);
  const coefficients = progressive ? 2 * channels * header.width * header.height : 0;
  return width * height * joined + coefficients;
}

function pixelBytes(
  { bitDepth, channels, hasAlpha }: ImageHeader,
  format: Exclude<ImageHeader["format"], "jpeg">,
): number {
  switch (format) {
    case "png": // RGBA, and the stored samples.
      return 4 + channels * bitDepth / 8;
    case "gif": // A frame and the screen it is laid on, both RGBA.
      return 8;
    case "webp": // A frame and, where it may cover a part only, its canvas.
      return hasAlpha ? 13 : 9;
    case "avif":
      return bitDepth > 8 ? (hasAlpha ? 42 : 24) : hasAlpha ? 32 : 16;
    case "bmp":
      return hasAlpha ? 4 : 3;
  }
}
