import type { ByteReader } from "../byte_reader.ts";
import type { Av1Sequence } from "./av1_sequence.ts";
import type { AvifImage } from "./avif_image.ts";
import { boxType, lastBoxEndsEarly, nextBox } from "./iso_box.ts";
import { itemImage } from "./item_image.ts";
import { avifReader } from "./avif_reader.ts";
import { hasPrimaryItem } from "./items.ts";
import { trackImage } from "./track_image.ts";
import type { BaseHeader, ImageFormat } from "../image_format.ts";

/** Header of an AVIF. */
export interface AvifHeader extends BaseHeader<"avif"> {
  /** Parts of the image that the decoder needs. */
  readonly image: AvifImage;
}

const FTYP = boxType("ftyp");
const META = boxType("meta");
const MOOV = boxType("moov");

const AVIF_BRANDS: readonly number[] = [boxType("avif"), boxType("avis")];

/**
 * Maximum bytes of the metadata. Real metadata are smaller, even with a colour profile. The limit
 * bounds the reading time.
 */
const MAX_META_BYTES = 2 ** 20;

/**
 * Maximum number of boxes before the metadata. Real files have a few. The limit bounds the reading
 * time.
 */
const MAX_BOXES = 1000;

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
 * such as HEIC, have the same.
 *
 * @param bytes Whole file. Only its first box is read.
 */
export function isAvif(bytes: Uint8Array): boolean {
  const reader = avifReader(bytes);
  if (bytes.length < 12) return false;
  const size = reader.u32();
  if (reader.u32() !== FTYP) return false;
  // Brands are four bytes each: the major brand at offset 8, the compatible brands from offset 16.
  // Offset 12 holds a version.
  const end = Math.min(size, bytes.length);
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = reader.u32();
    if (at !== 12 && AVIF_BRANDS.includes(brand)) return true;
  }
  return false;
}

/**
 * Reads the header of an AVIF: the metadata and the sequence headers of its AV1 data (AVIF 1.1,
 * ISO/IEC 23008-12).
 *
 * The image is the primary item. If the file has none, the image is the first frame of its image
 * sequence.
 *
 * The metadata and the AV1 data both declare the size of an image. The sizes must be equal, also
 * for alpha and for each tile of a grid.
 *
 * @param bytes Whole file. {@linkcode isAvif} must have returned true for it.
 * @throws {DomainError} `truncated-image`, if the file ends inside the metadata or the AV1 data;
 * `corrupt-image`, if they break the standard or contradict each other; `unsupported-format`, if
 * the image is not AV1.
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
 * Returns the number of samples per pixel that libaom stores, without alpha. For grey images,
 * libaom stores chroma too, as in 4:2:0.
 */
function planeSamples({ isGrey, halvesColumns, halvesRows }: Av1Sequence): number {
  return isGrey ? 1.5 : 1 + 2 / (halvesColumns ? 2 : 1) / (halvesRows ? 2 : 1);
}

/** Reads the primary item. If the file has none, reads the first frame of the image sequence. */
function readImage(bytes: Uint8Array): AvifImage {
  const file = avifReader(bytes);
  const { meta, moov, hasPrimary } = findBoxes(file);
  if (meta !== undefined && (moov === undefined || hasPrimary)) return itemImage(bytes, meta);
  if (moov !== undefined) return trackImage(bytes, moov);
  // Neither was found. If the file ends too early, `nextBox()` throws the appropriate error.
  nextBox(file);
  throw file.corrupt("it must have a box meta or moov", "none");
}

/**
 * Finds the metadata (box `meta`) and, unless the metadata name a primary item, the image sequence
 * (box `moov`).
 *
 * @returns Payloads of the boxes. Undefined for a box that was not found.
 */
function findBoxes(file: ByteReader): {
  readonly meta: ByteReader | undefined;
  readonly moov: ByteReader | undefined;
  readonly hasPrimary: boolean;
} {
  const found = new Map<number, ByteReader>();
  // Computed only once, because `hasPrimaryItem()` reads all metadata.
  let hasPrimary = false;
  const isEnough = () => hasPrimary || (found.has(META) && found.has(MOOV));
  for (let boxes = 0; !isEnough() && file.remaining > 0; boxes++) {
    if (boxes > MAX_BOXES) {
      throw file.corrupt(`at most ${MAX_BOXES} boxes may precede its metadata`, "more");
    }
    const { type, content } = nextBox(file);
    if (type !== META && type !== MOOV || found.has(type)) continue;
    if (type === META && content.remaining > MAX_META_BYTES) {
      throw file.corrupt(
        `its metadata must have at most ${MAX_META_BYTES} bytes`,
        content.remaining,
      );
    }
    found.set(type, content);
    if (type === META) hasPrimary = hasPrimaryItem(content);
  }
  return { meta: found.get(META), moov: found.get(MOOV), hasPrimary };
}
