import { ByteReader } from "../byte_reader.ts";
import { findBoxes } from "../heif/find_boxes.ts";
import { heifFormat } from "../heif/heif_format.ts";
import type { HeifImage } from "../heif/heif_image.ts";
import { lastBoxEndsEarly, nextBox } from "../heif/iso_box.ts";
import { itemImage } from "../heif/item_image.ts";
import type { BaseHeader, ImageFormat } from "../image_format.ts";
import { AV1 } from "./av1_data.ts";
import type { Av1Sequence } from "./av1_sequence.ts";
import { trackImage } from "./track_image.ts";

/** Header of an AVIF. */
export interface AvifHeader extends BaseHeader<"avif"> {
  /** Coded data and display properties of the image, needed by the decoder. */
  readonly image: HeifImage<Av1Sequence>;
}

/** The AVIF format. */
export const AVIF: ImageFormat<AvifHeader> = {
  name: "AVIF",
  signatures: [],
  weakSignatures: ["????ftyp"],
  matches: isAvif,
  readHeader: readAvifHeader,
  endsEarly: lastBoxEndsEarly,
};

/**
 * Returns true if a file is an AVIF. The signature is not enough, because other ISO media files,
 * such as HEIC, have the same signature.
 *
 * @param bytes Whole file.
 */
export function isAvif(bytes: Uint8Array): boolean {
  return heifFormat(bytes) === "avif";
}

/**
 * Reads the header of an AVIF: the metadata, and the headers of the AV1 data (AVIF 1.1, ISO/IEC
 * 23008-12).
 *
 * The image is the main image (primary item) of the file. If the file has no primary item, the
 * image is the first frame of the image sequence.
 *
 * The metadata and the AV1 data both declare the size of an image. The two declared sizes must be
 * equal. The same rule holds for the alpha, and for each tile of an image that is composed of
 * tiles.
 *
 * @param bytes Whole file. `isAvif()` must have returned true for this file.
 * @throws {DomainError} `truncated-image`, if the file ends inside the metadata or the AV1 data;
 * `corrupt-image`, if metadata or AV1 data break the standard or contradict each other;
 * `unsupported-format`, if the image is not AV1.
 *
 * @example
 * ```ts
 * import { isAvif, readAvifHeader } from "./header.ts";
 *
 * const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
 * const bytes = Uint8Array.of(...text("\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x08free"));
 * if (!isAvif(bytes)) throw new Error("its brand is avif");
 * let header;
 * try {
 *   header = readAvifHeader(bytes);
 * } catch {
 *   // The file ends before its metadata.
 * }
 * if (header !== undefined) throw new Error("a file without metadata has no header");
 * ```
 */
export function readAvifHeader(bytes: Uint8Array): AvifHeader {
  const image = readImage(bytes);
  const { colour: { sequence, ...colour }, alpha, crop = colour, orientation } = image;
  const isCropped = crop !== colour;
  const hasFilmGrain = sequence.hasFilmGrain || alpha?.sequence.hasFilmGrain === true;
  return {
    format: "avif",
    ...{ width: crop.width, height: crop.height, orientation },
    bitDepth: sequence.bitDepth,
    channels: (sequence.isGrey ? 1 : 3) + (alpha === undefined ? 0 : 1),
    hasAlpha: alpha !== undefined,
    planeSamples: planeSamples(sequence),
    ...hasFilmGrain && { hasFilmGrain },
    ...isCropped && { wholeSize: { width: colour.width, height: colour.height } },
    image,
  };
}

/**
 * Returns the number of samples per pixel that libaom stores, without alpha. For a grey image,
 * libaom stores as many samples as for the chroma format 4:2:0.
 */
function planeSamples({ isGrey, halvesColumns, halvesRows }: Av1Sequence): number {
  return isGrey ? 1.5 : 1 + 2 / (halvesColumns ? 2 : 1) / (halvesRows ? 2 : 1);
}

/**
 * Reads the main image (primary item). If the file has no primary item, reads the first frame of
 * the image sequence.
 */
function readImage(bytes: Uint8Array): HeifImage<Av1Sequence> {
  const file = new ByteReader(bytes, "AVIF", "big-endian");
  const { meta, moov, hasPrimary } = findBoxes(file);
  if (meta !== undefined && (moov === undefined || hasPrimary)) return itemImage(file, meta, AV1);
  if (moov !== undefined) return trackImage(file, moov);
  // Neither `meta` nor `moov` was found. If the file ends too early, `nextBox()` throws the
  // appropriate error.
  nextBox(file);
  throw file.corrupt("it must have a box meta or moov", "none");
}
