import { ByteReader } from "../byte_reader.ts";
import { findBoxes } from "../heif/find_boxes.ts";
import { heifFormat } from "../heif/heif_format.ts";
import type { HeifImage } from "../heif/heif_image.ts";
import { lastBoxEndsEarly, nextBox } from "../heif/iso_box.ts";
import { itemImage } from "../heif/item_image.ts";
import type { BaseHeader, ImageFormat } from "../image_format.ts";
import { HEVC } from "./hevc_data.ts";
import type { HevcSequence } from "./hevc_sequence.ts";

/** Header of a HEIC. */
export interface HeicHeader extends BaseHeader<"heic"> {
  /** Coded data and display properties of the image, needed by the decoder. */
  readonly image: HeifImage<HevcSequence>;
}

/** Number of samples per pixel in all colour planes. The key is the chroma format of HEVC. */
const PLANE_SAMPLES = { 0: 1, 1: 1.5, 2: 2, 3: 3 } as const;

/**
 * Maximum number of pixels of all slices (separately coded parts) of an image. Applies only if the
 * image or a tile has several slices. Each slice counts like the whole image or tile, because the
 * slices of a hostile file can overlap.
 */
const MAX_SLICE_PIXELS = 64_000_000;

/** The HEIC format: HEVC images in a HEIF file, as iPhones store them. */
export const HEIC: ImageFormat<HeicHeader> = {
  name: "HEIC",
  signatures: [],
  weakSignatures: ["????ftyp"],
  matches: (bytes) => heifFormat(bytes) === "heic",
  readHeader: readHeicHeader,
  endsEarly: lastBoxEndsEarly,
};

/**
 * Reads the header of a HEIC: the metadata, and the headers of the HEVC data (ISO/IEC 23008-12).
 *
 * The image is the main image (primary item) of the file. Thumbnails, depth maps and Exif data are
 * not read. The orientation comes from the properties of the primary item. An Exif orientation is
 * ignored, because it would only repeat these properties (ISO/IEC 23008-12, annex A.3).
 *
 * The metadata and the HEVC data both declare the size of an image. The two declared sizes must be
 * equal. The same rule holds for the alpha, and for each tile of an image that is composed of
 * tiles.
 *
 * @param bytes Whole file. `heifFormat()` must have returned `heic` for this file.
 * @throws {DomainError} `truncated-image`, if the file ends inside the metadata or the HEVC data;
 * `corrupt-image`, if metadata or HEVC data break the standard or contradict each other;
 * `unsupported-format`, if the image is not HEVC, or if the file has only an image sequence.
 */
export function readHeicHeader(bytes: Uint8Array): HeicHeader {
  const image = readImage(bytes);
  const { colour: { sequence, ...colour }, alpha, crop = colour, orientation } = image;
  const isCropped = crop !== colour;
  return {
    format: "heic",
    ...{ width: crop.width, height: crop.height, orientation },
    bitDepth: sequence.bitDepth,
    channels: (sequence.chroma === 0 ? 1 : 3) + (alpha === undefined ? 0 : 1),
    hasAlpha: alpha !== undefined,
    planeSamples: PLANE_SAMPLES[sequence.chroma],
    ...colour.tiles.length > 1 && {
      pictureSize: { width: sequence.width, height: sequence.height },
    },
    ...isCropped && { wholeSize: { width: colour.width, height: colour.height } },
    image,
  };
}

function readImage(bytes: Uint8Array): HeifImage<HevcSequence> {
  const file = new ByteReader(bytes, "HEIC", "big-endian");
  const { meta, moov, hasPrimary } = findBoxes(file);
  if (meta !== undefined && (moov === undefined || hasPrimary)) {
    const image = itemImage(file, meta, HEVC);
    checkSlices(file, image);
    return image;
  }
  if (moov !== undefined) {
    throw file.unsupported("it must have a still image", "only an image sequence");
  }
  // Neither `meta` nor `moov` was found. If the file ends too early, `nextBox()` throws the
  // appropriate error.
  nextBox(file);
  throw file.corrupt("it must have a box meta", "none");
}

/**
 * Refuses an image with so many slices (separately coded parts) that decoding would take too long.
 */
function checkSlices(file: ByteReader, { colour, alpha }: HeifImage<HevcSequence>): void {
  const pictures = [...colour.tiles, ...alpha?.tiles ?? []].map(({ sequence }) => sequence);
  if (pictures.every(({ slices }) => slices === 1)) return;
  const pixels = pictures.reduce((sum, { width, height, slices }) => {
    return sum + width * height * slices;
  }, 0);
  if (pixels <= MAX_SLICE_PIXELS) return;
  throw file.corrupt(`its HEVC slices must cover at most ${MAX_SLICE_PIXELS} pixels`, pixels);
}
