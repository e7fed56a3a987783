import type { Size } from "../core/size.ts";
import type { BaseHeader } from "./formats/image_format.ts";
import type { FormatId } from "./formats/read_header.ts";
import { jpegReduction, reducedSize } from "./jpeg_reduction.ts";

/**
 * Estimates the memory that decoding takes, from the header alone.
 *
 * The estimate covers the pixels and the buffers of the decoder. It excludes the encoded file and
 * the fixed 20 MB of some decoders. The factors were measured at 12 megapixels with the decoders
 * that `docs/architecture.md` names.
 *
 * @param header Header of the image.
 * @param atLeast Stored size (before orientation) that the pixels must cover. A JPEG may be decoded
 *   at a reduced scale that still does.
 * @returns Bytes, possibly fractional.
 *
 * @example
 * ```ts
 * import { decodedBytes } from "./decoded_bytes.ts";
 *
 * const size = { width: 4000, height: 3000 };
 * const depth = { bitDepth: 16, channels: 3, hasAlpha: false };
 * const bytes = decodedBytes({ format: "png", ...size, ...depth, orientation: 1 }, size);
 * // Per pixel: 3 bytes of RGB, whatever the depth of the stored samples.
 * if (bytes !== 3 * 4000 * 3000) throw new Error(`${bytes} bytes`);
 * ```
 */
export function decodedBytes(header: BaseHeader<FormatId>, atLeast: Size): number {
  if (header.format === "jpeg") return jpegBytes(header, atLeast);
  return header.width * header.height * pixelBytes(header, header.format);
}

/**
 * Rows of samples that a JPEG decoder holds: 10 rows of blocks at sampling factor 4, and 4 rows of
 * each component at full width.
 */
const JPEG_ROWS = 48;

/** A JPEG of several scans keeps its coefficients at full size, at any scale. */
function jpegBytes(header: BaseHeader<FormatId>, atLeast: Size): number {
  const { channels, coefficientBytes = 0 } = header;
  const { width, height } = reducedSize(header, jpegReduction(header, atLeast));
  // CMYK becomes RGB row by row.
  const pixels = width * height * (channels === 1 ? 1 : 3);
  return pixels + width * channels * JPEG_ROWS + coefficientBytes;
}

/** Bytes per pixel of the formats that are always decoded at full size. */
function pixelBytes(
  { bitDepth, channels, hasAlpha, isIndexed }: BaseHeader<FormatId>,
  format: Exclude<FormatId, "jpeg">,
): number {
  switch (format) {
    case "png":
      return hasAlpha ? 4 : channels === 1 && !isIndexed ? 1 : 3;
    case "gif":
    case "bmp":
      return hasAlpha ? 4 : 3;
    case "webp": // A frame and, if it may cover only a part, its canvas.
      return hasAlpha ? 13 : 9;
    case "avif":
      return bitDepth > 8 ? (hasAlpha ? 42 : 24) : hasAlpha ? 32 : 16;
  }
}
