import type { Size } from "../core/size.ts";
import type { BaseHeader } from "./formats/image_format.ts";
import type { FormatId } from "./formats/read_header.ts";
import { jpegReduction, reducedSize } from "./jpeg_reduction.ts";

/**
 * Estimates the memory that decoding an image takes, from the header of the image.
 *
 * The estimate covers the pixels and the buffers of the decoder. The estimate excludes the encoded
 * file, and 20 MB that some decoders take for any image. The bytes per pixel were measured with
 * images of 12 megapixels and the decoders that `docs/architecture.md` names.
 *
 * @param header Header of the image.
 * @param atLeast Minimum size of the decoded image, before the orientation is applied. A JPEG may
 *   be decoded at a reduced scale, but never smaller than this size.
 * @returns Estimated number of bytes. Not always a whole number.
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
 * Maximum number of rows that libjpeg buffers for each colour component, in addition to the decoded
 * pixels. libjpeg buffers ten groups of at most four rows: eight groups for one row of blocks, one
 * group above and one group below. The maximum that was measured is 34 rows.
 */
const JPEG_ROWS = (8 + 2) * 4;

/**
 * Estimates the memory that decoding a JPEG takes. If a JPEG has several scans, the decoder keeps
 * the coefficients of the whole image, even if it decodes at a reduced scale.
 */
function jpegBytes(header: BaseHeader<FormatId>, atLeast: Size): number {
  const { channels, coefficientBytes = 0 } = header;
  const { width, height } = reducedSize(header, jpegReduction(header, atLeast));
  // The decoder converts CMYK to RGB row by row, so it keeps only RGB pixels.
  const pixels = width * height * (channels === 1 ? 1 : 3);
  return pixels + width * channels * JPEG_ROWS + coefficientBytes;
}

/**
 * Returns how many bytes of memory the decoder takes per pixel. Only for formats that are always
 * decoded at full size.
 */
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
    case "webp": // Frame, plus a canvas if the frame covers only a part of the image.
      return (hasAlpha ? 13 : 9) + (isPartial ? 4 : 0);
    case "avif":
      return avifPixelBytes(header);
  }
}

/**
 * Returns the bytes of memory per pixel that libaom and libavif take to decode an AVIF.
 *
 * Measured bytes per pixel for samples of 8 bits: 16.7 (chroma format 4:2:0), 17.3 (4:2:2) and 18.5
 * (4:4:4). Measured bytes per pixel for samples of 10 or 12 bits: 22.5 (4:2:0), 23.7 (4:2:2) and 26
 * (4:4:4). Images from slow encoders took 2.3 bytes more per pixel. Alpha took 13 bytes more per
 * pixel, or 15 for samples of more than 8 bits. Film grain took memory for one more copy of the
 * frame.
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
 * Estimates the memory that libheif takes to decode a HEIC. The memory contains the colour planes,
 * the RGB pixels, and one picture (the whole image, or one tile of a grid) inside the library
 * libde265.
 *
 * Measured bytes per pixel for samples of 8 bits: 7.9 (chroma format 4:2:0), 9.1 (4:4:4), and 4.5
 * with tiles of 512x512 pixels (4:2:0). Measured bytes per pixel for samples of 10 bits: 9 (4:2:0),
 * 14 (4:4:4), 7.7 with tiles (4:2:0), and 21.5 with tiles and alpha (4:4:4).
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
