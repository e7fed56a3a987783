import { ByteReader } from "../byte_reader.ts";
import { findBoxes } from "./find_boxes.ts";
import { boxType } from "./iso_box.ts";
import { codedType } from "./item_image.ts";

const FTYP = boxType("ftyp");
const AV01 = boxType("av01");

/** Brands (format codes of a file) that mean AV1 images. */
const AVIF_BRANDS: ReadonlySet<number> = new Set(["avif", "avis"].map(boxType));

/** Brands (format codes of a file) that mean HEVC images (ISO/IEC 23008-12, annex B). */
const HEIC_BRANDS: ReadonlySet<number> = new Set(
  ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"].map(boxType),
);

/**
 * Maximum number of brands (format codes) to read. Real files have at most ten brands. The limit
 * bounds the reading time, because a file of 15 MB can consist of brands only.
 */
const MAX_BRANDS = 100;

/** Brands (format codes of a file) that mean images or image sequences of any coding. */
const HEIF_BRANDS: ReadonlySet<number> = new Set(["mif1", "mif2", "msf1", "miaf"].map(boxType));

/**
 * Returns the format of a HEIF file (ISO media file with images). Undefined: the file is not a HEIF
 * file.
 *
 * The brands (format codes) of the file decide. If the brands name both AVIF and HEIC, or neither
 * AVIF nor HEIC, the coding of the main image decides.
 *
 * @param bytes Whole file. Most files are recognised by their first box alone.
 *
 * @example
 * ```ts
 * import { heifFormat } from "./heif_format.ts";
 *
 * const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
 * const bytes = Uint8Array.of(...text("\0\0\0\x14ftypmif1\0\0\0\0heic"));
 * if (heifFormat(bytes) !== "heic") throw new Error("one of its brands is heic");
 * ```
 */
export function heifFormat(bytes: Uint8Array): "avif" | "heic" | undefined {
  const brands = brandsOf(bytes);
  const isAvif = brands.some((brand) => AVIF_BRANDS.has(brand));
  const isHeic = brands.some((brand) => HEIC_BRANDS.has(brand));
  if (isAvif !== isHeic) return isAvif ? "avif" : "heic";
  if (!isAvif && !brands.some((brand) => HEIF_BRANDS.has(brand))) return undefined;
  return primaryCoding(bytes) === AV01 ? "avif" : "heic";
}

/**
 * Reads the brands (format codes) of a file, four bytes each. The major brand is at offset 8, the
 * compatible brands begin at offset 16.
 */
function brandsOf(bytes: Uint8Array): readonly number[] {
  if (bytes.length < 12) return [];
  const reader = new ByteReader(bytes, "HEIC", "big-endian");
  const end = Math.min(reader.u32(), bytes.length);
  if (reader.u32() !== FTYP) return [];
  const brands: number[] = [];
  for (let at = 8; at + 4 <= end && brands.length < MAX_BRANDS; at += 4) {
    const brand = reader.u32();
    if (at !== 12) brands.push(brand);
  }
  return brands;
}

/**
 * Returns the coding of the primary item (main image). Undefined: the file is damaged or has no
 * primary item.
 */
function primaryCoding(bytes: Uint8Array): number | undefined {
  const file = new ByteReader(bytes, "HEIC", "big-endian");
  try {
    const { meta } = findBoxes(file);
    return meta && codedType(file, meta);
  } catch {
    return undefined; // `readHeader()` will find and report the error.
  }
}
