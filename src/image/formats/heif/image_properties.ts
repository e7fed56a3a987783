import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import type { Crop, HeifImage } from "./heif_image.ts";
import { boxType, type IsoBox } from "./iso_box.ts";

const COLR = boxType("colr");
const NCLX = boxType("nclx");
/**
 * Number of bytes of a `colr` payload with colour codes: type, three codes, and a flag for the
 * value range.
 */
const NCLX_BYTES = 11;

/**
 * Type names of auxiliary images (images that belong to another image) with alpha. The second name
 * is only for HEVC.
 */
const ALPHA_TYPES: readonly string[] = [
  "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
  "urn:mpeg:hevc:2015:auxid:1",
];

/**
 * Returns true if an auxiliary image (an image that belongs to another image) contains alpha.
 *
 * @param content Payload of the box `auxC` or `auxi`. The payload contains four bytes of version
 *   and flags, then the type name, then a NUL byte.
 */
export function isAlphaType(content: ByteReader): boolean {
  const text = String.fromCharCode(...content.whole().subarray(4, 64));
  const [type = ""] = text.split("\0");
  return ALPHA_TYPES.includes(type);
}

/**
 * Throws if an image does not have the expected size.
 *
 * @param reader Any reader of the file, used to create the error.
 * @param what Beginning of the rule in the error message, for example "its grid must have the
 *   declared".
 * @throws {DomainError} `corrupt-image`. The message contains both sizes.
 */
export function checkSize(reader: ByteReader, what: string, expected: Size, found: Size): void {
  if (found.width === expected.width && found.height === expected.height) return;
  throw reader.corrupt(
    `${what} ${expected.width}x${expected.height} pixels`,
    `${found.width}x${found.height}`,
  );
}

/** Beginning of a rule in an error message: the alpha must have the size of the image. */
export const ALPHA_SIZE = "its alpha must have the image's";

/** Reads the colour codes and the crop of an image from the image's property boxes. */
export function readDisplay(
  boxes: readonly IsoBox[],
  clap: IsoBox | undefined,
  size: Size,
): Pick<HeifImage<unknown>, "colourCodes" | "crop"> {
  const colourCodes = readColourCodes(boxes);
  return {
    ...colourCodes && { colourCodes },
    ...clap && { crop: readCrop(clap.content.fromStart(), size) },
  };
}

/**
 * Returns the payload of the first `colr` box with colour codes. Skips `colr` boxes with an ICC
 * profile.
 */
function readColourCodes(boxes: readonly IsoBox[]): Uint8Array | undefined {
  for (const { type, content } of boxes) {
    if (type !== COLR) continue;
    const payload = content.whole();
    if (payload.length === NCLX_BYTES && content.fromStart().u32() === NCLX) return payload;
  }
  return undefined;
}

/**
 * Reads the crop, which is the part of an image to show (ISO/IEC 14496-12, 12.1.4).
 *
 * @param clap Payload of the box `clap`.
 * @param size Size of the image.
 * @throws {DomainError} `corrupt-image`, if the crop does not consist of whole pixels or exceeds
 *   the image.
 */
function readCrop(clap: ByteReader, { width, height }: Size): Crop {
  const [shownWidth, shownHeight] = [ratio(clap.u32(), clap.u32()), ratio(clap.u32(), clap.u32())];
  // The stored offsets lead from the centre of the image to the centre of the crop.
  const [right, down] = [ratio(clap.i32(), clap.u32()), ratio(clap.i32(), clap.u32())];
  const crop = {
    left: (width - shownWidth) / 2 + right,
    top: (height - shownHeight) / 2 + down,
    width: shownWidth,
    height: shownHeight,
  };
  const isWhole = Object.values(crop).every((value) => Number.isInteger(value) && value >= 0);
  const isInside = crop.left + shownWidth <= width && crop.top + shownHeight <= height;
  if (isWhole && isInside && shownWidth > 0 && shownHeight > 0) return crop;
  throw clap.corrupt(
    `its crop must be whole pixels of its ${width}x${height}`,
    `${shownWidth}x${shownHeight} at ${crop.left}, ${crop.top}`,
  );
}

function ratio(numerator: number, denominator: number): number {
  return numerator / denominator;
}
