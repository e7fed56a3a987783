import type { Size } from "../core/size.ts";
import type { BaseHeader } from "./formats/image_format.ts";
import type { FormatId } from "./formats/read_header.ts";
import { jpegReduction, reducedSize } from "./jpeg_reduction.ts";

/**
 * Estimates the memory that decoding an image takes. The estimate needs only the header.
 *
 * The estimate covers the pixels and the buffers of the decoder. It excludes the encoded file, and
 * 20 MB that some decoders take for any image. The factors were measured at 12 megapixels with the
 * decoders that `docs/architecture.md` names.
 *
 * @param header Header of the image.
 * @param atLeast Smallest useful size of the decoded image, before the orientation is applied. A
 *   JPEG can be decoded at a reduced scale, but not below this size.
 * @returns Estimated bytes. Not always a whole number.
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
  if (header.format === "heic") return heicBytes(header);
  const { width, height } = header.wholeSize ?? header;
  return width * height * pixelBytes(header, header.format);
}

/**
 * Upper bound of the rows, at full width, that a JPEG decoder buffers per component in addition to
 * the decoded pixels. Reached at sampling factor 4.
 */
const JPEG_ROWS = 48;

/**
 * Estimates the memory that decoding a JPEG takes. If the JPEG has several scans, the decoder keeps
 * the coefficients of the whole image, even at a reduced scale.
 */
function jpegBytes(header: BaseHeader<FormatId>, atLeast: Size): number {
  const { channels, coefficientBytes = 0 } = header;
  const { width, height } = reducedSize(header, jpegReduction(header, atLeast));
  // The decoder converts CMYK to RGB row by row, so it keeps only RGB pixels.
  const pixels = width * height * (channels === 1 ? 1 : 3);
  return pixels + width * channels * JPEG_ROWS + coefficientBytes;
}

/** Returns the bytes per pixel for a format that is always decoded at full size. */
function pixelBytes(
  header: BaseHeader<FormatId>,
  format: Exclude<FormatId, "jpeg" | "heic">,
): number {
  const { channels, hasAlpha, isIndexed, isPartial } = header;
  switch (format) {
    case "png":
      return hasAlpha ? 4 : channels === 1 && !isIndexed ? 1 : 3;
    case "gif":
    case "bmp":
      return hasAlpha ? 4 : 3;
    case "webp": // A frame and, if it covers only a part, its canvas.
      return (hasAlpha ? 13 : 9) + (isPartial ? 4 : 0);
    case "avif":
      return avifPixelBytes(header);
  }
}

/**
 * Returns the bytes per pixel that libaom and libavif take to decode an AVIF.
 *
 * Measured bytes per pixel with 8 bits: 16.7 (4:2:0), 17.3 (4:2:2) and 18.5 (4:4:4). With more bits:
 * 22.5, 23.7 and 26. Images from slow encoders took 2.3 more. Alpha took 13 more, or 15 with more
 * than 8 bits. Film grain took one more copy of the frame.
 */
function avifPixelBytes(
  { bitDepth, hasAlpha, planeSamples = 3, hasFilmGrain }: BaseHeader<FormatId>,
): number {
  const sampleBytes = bitDepth > 8 ? 2 : 1;
  const fixed = sampleBytes === 1 ? 17.5 : 21.5;
  const alpha = sampleBytes === 1 ? 13.5 : 15.5;
  const grain = hasFilmGrain ? planeSamples * sampleBytes : 0;
  return fixed + 1.2 * sampleBytes * planeSamples + (hasAlpha ? alpha : 0) + grain;
}

/**
 * Estimates the memory that libheif takes to decode a HEIC: the planes and the RGB pixels of the
 * image and, in libde265, one picture, which is the image or a tile.
 *
 * Measured with one picture and 8 bits: 7.9 bytes per pixel (4:2:0) and 9.1 (4:4:4); with 10 bits 9
 * and 14. A grid of tiles of 512x512 pixels took 4.5 (4:2:0). With 10 bits, grids took 7.7 (4:2:0)
 * and 21.5 (4:4:4 with alpha).
 */
function heicBytes(header: BaseHeader<FormatId>): number {
  const { bitDepth, hasAlpha, planeSamples = 3 } = header;
  const whole = header.wholeSize ?? header;
  const picture = header.pictureSize ?? whole;
  const pixelBytes = bitDepth > 8
    ? 4 + 2.8 * planeSamples + (hasAlpha ? 9 : 0)
    : 3.5 + planeSamples + (hasAlpha ? 2.5 : 0);
  return whole.width * whole.height * pixelBytes + picture.width * picture.height * 3.1;
}
