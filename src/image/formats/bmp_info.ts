import { DomainError } from "../../core/domain_error.ts";
import type { ByteReader } from "./byte_reader.ts";

/** Bytes of a BMP header of Windows 3. If the file has bit masks, they follow after this header. */
export const INFO_BYTES = 40;
/**
 * Sizes in bytes of BMP headers from Windows. In BMP headers from OS/2, the compression numbers 3
 * and above have other meanings.
 */
const WINDOWS_BYTES: readonly number[] = [INFO_BYTES, 52, 56, 108, 124];

const UNCOMPRESSED = 0;
const RUNS_8 = 1;
const RUNS_4 = 2;
const BIT_FIELDS = 3;
/** Number of the compression method with bit masks of all channels, including alpha. */
export const ALPHA_BIT_FIELDS = 6;
const WINDOWS_COMPRESSIONS: ReadonlyMap<number, string> = new Map([[4, "JPEG"], [5, "PNG"]]);
const OS2_COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [3, "Huffman codes"],
  [4, "run lengths of 24 bits"],
]);

/** Fields of a BMP header that tell how the pixels are stored. */
export interface BmpInfo {
  /** Number of the compression method. */
  readonly compression: number;
  /** Declared number of palette colours. 0 means one colour per possible index. */
  readonly colours: number;
}

/**
 * Reads the compression and the number of palette colours from a BMP header. Fields that a short
 * header lacks count as 0.
 *
 * @param fields Reader of the header. Its position is the field after the bits per pixel. After the call, the
 *   reader is at the bit masks, if the header contains bit masks.
 */
export function readInfo(fields: ByteReader, headerBytes: number, bitsPerPixel: number): BmpInfo {
  const next = () => fields.remaining >= 4 ? fields.u32() : 0;
  const compression = next();
  checkCompression(fields, headerBytes, compression, bitsPerPixel);
  for (let skipped = 0; skipped < 3; skipped++) next(); // Bytes of all pixels, pixels per metre.
  const colours = next();
  next(); // Number of important colours.
  return { compression, colours };
}

/** Throws if a compression is not supported, or not allowed for pixels of `bitsPerPixel` bits. */
function checkCompression(
  reader: ByteReader,
  headerBytes: number,
  compression: number,
  bitsPerPixel: number,
): void {
  const isWindows = WINDOWS_BYTES.includes(headerBytes);
  switch (compression) {
    case UNCOMPRESSED:
      return;
    case RUNS_8:
      if (bitsPerPixel === 8) return;
      throw reader.corrupt("run lengths of 8 bits need pixels of 8 bits", bitsPerPixel);
    case RUNS_4:
      if (bitsPerPixel === 4) return;
      throw reader.corrupt("run lengths of 4 bits need pixels of 4 bits", bitsPerPixel);
    case BIT_FIELDS:
    case ALPHA_BIT_FIELDS:
      if (!isWindows) break;
      if (bitsPerPixel === 16 || bitsPerPixel === 32) return;
      throw reader.corrupt("pixels with bit masks must have 16 or 32 bits", bitsPerPixel);
  }
  throw compressed(
    (isWindows ? WINDOWS_COMPRESSIONS : OS2_COMPRESSIONS).get(compression) ??
      `number ${compression}`,
  );
}

/** Returns true if a compression stores the pixels as run lengths. */
export function isRunLengths(compression: number): boolean {
  return compression === RUNS_8 || compression === RUNS_4;
}

/** Returns true if a compression stores the bit masks of the channels. */
export function hasMasks(compression: number): boolean {
  return compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
}

function compressed(name: string): DomainError {
  return new DomainError(
    "unsupported-format",
    "Cannot decode BMP as its compression must be none, run lengths of 4 or 8 bits, or bit " +
      `masks: current value is ${name}. Save it as PNG or JPEG and send that.`,
  );
}
