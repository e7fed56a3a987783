import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import type { AvifImage, Crop } from "./avif_image.ts";
import { boxType, type IsoBox } from "./iso_box.ts";

const COLR = boxType("colr");
const NCLX = boxType("nclx");
/** Bytes of colour codes: type, three codes, and a flag of the range. */
const NCLX_BYTES = 11;

/** Types of an auxiliary image that mean alpha; the second one is from HEVC. */
const ALPHA_TYPES: readonly string[] = [
  "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
  "urn:mpeg:hevc:2015:auxid:1",
];

/**
 * Returns true if the type of an auxiliary image is alpha.
 *
 * @param content Payload of `auxC` or `auxi`: version and flags, then a text that ends with NUL.
 */
export function isAlphaType(content: ByteReader): boolean {
  const text = String.fromCharCode(...content.whole().subarray(4, 64));
  const [type = ""] = text.split("\0");
  return ALPHA_TYPES.includes(type);
}

/**
 * Refuses an image of another size.
 *
 * @param reader Reader of the file, for its `corrupt()`.
 * @param what Start of the rule, for example "its alpha must have the image's".
 * @throws {DomainError} `corrupt-image`, with both sizes.
 */
export function checkSize(reader: ByteReader, what: string, expected: Size, found: Size): void {
  if (found.width === expected.width && found.height === expected.height) return;
  throw reader.corrupt(
    `${what} ${expected.width}x${expected.height} pixels`,
    `${found.width}x${found.height}`,
  );
}

/** Rule of an alpha image, for {@linkcode checkSize}. */
export const ALPHA_SIZE = "its alpha must have the image's";

/** Reads the properties of an image that a decoder needs besides the AV1 data. */
export function readDisplay(
  boxes: readonly IsoBox[],
  clap: IsoBox | undefined,
  size: Size,
): Pick<AvifImage, "colourCodes" | "crop"> {
  const colourCodes = readColourCodes(boxes);
  return {
    ...colourCodes && { colourCodes },
    ...clap && { crop: readCrop(clap.content.fromStart(), size) },
  };
}

/** Returns the payload of the first colour box that has codes; others have an ICC profile. */
function readColourCodes(boxes: readonly IsoBox[]): Uint8Array | undefined {
  for (const { type, content } of boxes) {
    if (type !== COLR) continue;
    const payload = content.whole();
    if (payload.length === NCLX_BYTES && content.fromStart().u32() === NCLX) return payload;
  }
  return undefined;
}

/**
 * Reads the part of an image that is to be shown (ISO/IEC 14496-12, 12.1.4).
 *
 * @param clap Payload of `clap`.
 * @param size Size of the image.
 * @throws {DomainError} `corrupt-image`, if the part has no whole pixels or exceeds the image.
 */
function readCrop(clap: ByteReader, { width, height }: Size): Crop {
  const [shownWidth, shownHeight] = [ratio(clap.u32(), clap.u32()), ratio(clap.u32(), clap.u32())];
  // Offsets are from the centre of the image to that of the part.
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
