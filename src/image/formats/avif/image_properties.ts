import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import type { Crop } from "./avif_image.ts";
import { boxType, type IsoBox } from "./iso_box.ts";

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

/** Returns the payload of the first colour box that has codes; others have an ICC profile. */
export function readColourCodes(boxes: readonly IsoBox[]): Uint8Array | undefined {
  for (const { content } of boxes) {
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
export function readCrop(clap: ByteReader, { width, height }: Size): Crop {
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
