import { DomainError } from "../../core/domain_error.ts";
import { ByteReader } from "./byte_reader.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";

/** Header of a BMP. */
export interface BmpHeader extends BaseHeader<"bmp"> {
  /** Description of the stored pixels, needed by the decoder. */
  readonly layout: BmpLayout;
}

/** Description of the stored pixels of a BMP. */
export interface BmpLayout {
  /**
   * Bits per stored pixel. A pixel of up to 8 bits is an index into `palette`. A pixel of 16, 24 or
   * 32 bits is a colour.
   */
  readonly bitsPerPixel: number;
  /** Byte offset of the first stored row in the file. */
  readonly start: number;
  /**
   * Distance in bytes from one stored row to the next, a multiple of four. Not used if `hasRuns` is
   * true.
   */
  readonly stride: number;
  /** True if rows are stored from top to bottom, false for bottom to top. */
  readonly topDown: boolean;
  /** True if the pixels are indices of 4 or 8 bits, compressed as run lengths. */
  readonly hasRuns: boolean;
  /**
   * Red, green and blue of each index, 0 to 255. Colours that the file lacks are black. Empty if
   * pixels are colours.
   */
  readonly palette: Uint8Array;
  /** Bit mask of each colour channel in a pixel. 0: the pixel lacks this channel. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number];
}

const FILE_HEADER_BYTES = 14;
const CORE_BYTES = 12;
const INFO_BYTES = 40;
const OS2_BYTES = 64;
/**
 * Known sizes of BMP headers in bytes, from OS/2 1 and 2 and Windows 3, 4 and 5. Headers of OS/2 2
 * have 64 bytes but may omit fields at the end.
 */
const HEADER_BYTES: readonly number[] = [
  ...[CORE_BYTES, 16, 20, 24, 28, 32, 36, INFO_BYTES, 42, 44, 46, 48, 52, 56, 60, OS2_BYTES],
  ...[108, 124],
];
/**
 * Sizes of the Windows headers in bytes. The compression numbers from 3 have other meanings in OS/2
 * headers.
 */
const WINDOWS_BYTES: readonly number[] = [INFO_BYTES, 52, 56, 108, 124];

/** Allowed numbers of bits per pixel. Windows CE writes files with 2 bits per pixel. */
const BITS_PER_PIXEL: readonly number[] = [1, 2, 4, 8, 16, 24, 32];

const UNCOMPRESSED = 0;
const RUNS_8 = 1;
const RUNS_4 = 2;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;
const WINDOWS_COMPRESSIONS: ReadonlyMap<number, string> = new Map([[4, "JPEG"], [5, "PNG"]]);
const OS2_COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [3, "Huffman codes"],
  [4, "run lengths of 24 bits"],
]);

const MASKS_16 = [0x7c00, 0x03e0, 0x001f, 0] as const;
const MASKS_32 = [0xff0000, 0x00ff00, 0x0000ff, 0] as const;

/** The BMP format. */
export const BMP: ImageFormat<BmpHeader> = {
  name: "BMP",
  signatures: ["BM????\0\0\0\0"],
  // Some programs write data into the reserved bytes. For their files, the size of the header
  // distinguishes a BMP from a text that begins with "BM".
  weakSignatures: HEADER_BYTES.map((size) => `BM????????????${String.fromCharCode(size)}\0\0\0`),
  readHeader: readBmpHeader,
};

/**
 * Reads the header of a BMP: everything before its pixels.
 *
 * @param bytes Whole file. The caller has checked that the file begins with `BM`.
 * @throws {DomainError} `truncated-image`, if the file ends before its pixels;
 * `unsupported-format`, if the pixels are stored as JPEG or PNG, or with a compression of OS/2;
 * `corrupt-image`, if the header has a value that the format forbids.
 *
 * @example
 * ```ts
 * import { readBmpHeader } from "./bmp.ts";
 *
 * const file = [0x42, 0x4d, 34, 0, 0, 0, 0, 0, 0, 0, 26, 0, 0, 0];
 * const core = [12, 0, 0, 0, 1, 0, 2, 0, 1, 0, 24, 0];
 * const { height, layout } = readBmpHeader(Uint8Array.of(...file, ...core));
 * if (height !== 2 || layout.stride !== 4) throw new Error("two rows of one pixel");
 * ```
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const reader = new ByteReader(bytes, "BMP", "little-endian");
  reader.skip(FILE_HEADER_BYTES - 4);
  const start = reader.u32();
  const headerBytes = reader.u32();
  if (!HEADER_BYTES.includes(headerBytes)) {
    throw reader.corrupt(`its header must have ${HEADER_BYTES.join(", ")} bytes`, headerBytes);
  }

  // 1. Size and bits per pixel. OS/2 1 stores the size in fewer bytes.
  const isCore = headerBytes === CORE_BYTES;
  const fields = reader.part(headerBytes - 4);
  const width = isCore ? fields.u16() : fields.i32();
  const storedHeight = isCore ? fields.u16() : fields.i32();
  const height = Math.abs(storedHeight);
  if (width < 1 || height < 1) {
    throw reader.corrupt("its size must be at least 1x1", `${width}x${storedHeight}`);
  }
  fields.skip(2); // Number of planes: always 1, and ignored by every reader.
  const bitsPerPixel = fields.u16();

  // 2. Compression and masks, in the header or right after it.
  const info = readInfo(fields, headerBytes, bitsPerPixel);
  if (!BITS_PER_PIXEL.includes(bitsPerPixel)) {
    throw reader.corrupt(`its pixels must have ${BITS_PER_PIXEL.join(", ")} bits`, bitsPerPixel);
  }
  const masks = readMasks(fields, reader, headerBytes, info.compression);
  if (masks !== undefined) checkMasks(reader, masks, bitsPerPixel);

  // 3. Palette, between the header and the pixels.
  const end = bytes.length - reader.remaining;
  if (start < end) throw startsTooEarly(reader, end, start);
  const palette = bitsPerPixel > 8
    ? new Uint8Array()
    : readPalette(reader, { from: end, to: start }, info.colours, bitsPerPixel, isCore ? 3 : 4);

  const hasAlpha = bitsPerPixel > 8 && masks !== undefined && masks[3] !== 0;
  return {
    format: "bmp",
    ...{ width, height, orientation: 1 },
    bitDepth: bitsPerPixel <= 8 ? bitsPerPixel : bitsPerPixel === 16 ? 5 : 8,
    channels: bitsPerPixel <= 8 ? 1 : hasAlpha ? 4 : 3,
    hasAlpha,
    layout: {
      ...{ bitsPerPixel, start, palette },
      masks: masks ?? (bitsPerPixel === 16 ? MASKS_16 : MASKS_32),
      stride: Math.ceil(width * bitsPerPixel / 32) * 4,
      topDown: storedHeight < 0,
      hasRuns: info.compression === RUNS_8 || info.compression === RUNS_4,
    },
  };
}

interface Info {
  readonly compression: number;
  /** Declared number of palette colours. 0 means one colour per possible index. */
  readonly colours: number;
}

/**
 * Reads the compression and the number of colours. Fields that a short header lacks count as 0.
 *
 * @param fields Reader of the header, at the field after the bits per pixel. After the call, the
 *   reader is at the bit masks, if the header contains bit masks.
 */
function readInfo(fields: ByteReader, headerBytes: number, bitsPerPixel: number): Info {
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

/**
 * Reads the bit masks of the colour channels.
 *
 * @param fields Reader of the header, at the field after the number of important colours.
 * @param reader Reader of the bytes after the header. If the header has 40 bytes, the masks follow
 *   it.
 * @returns Masks, or `undefined` if the file uses the default masks.
 */
function readMasks(
  fields: ByteReader,
  reader: ByteReader,
  headerBytes: number,
  compression: number,
): BmpLayout["masks"] | undefined {
  if (compression !== BIT_FIELDS && compression !== ALPHA_BIT_FIELDS) return undefined;
  const isBehind = headerBytes === INFO_BYTES;
  const from = isBehind ? reader : fields;
  const red = from.u32();
  const green = from.u32();
  const blue = from.u32();
  const hasAlphaMask = isBehind ? compression === ALPHA_BIT_FIELDS : headerBytes >= 56;
  return [red, green, blue, hasAlphaMask ? from.u32() : 0];
}

/**
 * Throws unless each bit mask is a single run of adjacent bits inside the pixel. Only the alpha
 * mask may be 0.
 */
function checkMasks(reader: ByteReader, masks: BmpLayout["masks"], bitsPerPixel: number): void {
  masks.forEach((mask, i) => {
    const run = mask === 0 ? 0 : mask / 2 ** trailingZeros(mask);
    const isRun = Number.isInteger(Math.log2(run + 1));
    if (mask === 0 && i < 3 || !isRun || mask >= 2 ** bitsPerPixel) {
      throw reader.corrupt("a bit mask must be one run of the pixel's bits", mask.toString(16));
    }
  });
}

function trailingZeros(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function startsTooEarly(reader: ByteReader, end: number, start: number): DomainError {
  return reader.corrupt(`its pixels must start behind its header of ${end} bytes`, start);
}

function compressed(name: string): DomainError {
  return new DomainError(
    "unsupported-format",
    "Cannot decode BMP as its compression must be none, run lengths of 4 or 8 bits, or bit " +
      `masks: current value is ${name}. Save it as PNG or JPEG and send that.`,
  );
}

/**
 * Reads the palette and returns its colours as RGB. Each stored colour has the bytes blue, green
 * and red. In files with a header of more than 12 bytes, an unused fourth byte follows.
 *
 * @param room Space for the palette in the file: offset of the first byte of the palette, and
 *   offset of the pixels.
 * @param declared Number of colours that the header declares. 0 means one colour per possible
 *   index, or fewer if the space is smaller.
 */
function readPalette(
  reader: ByteReader,
  room: { readonly from: number; readonly to: number },
  declared: number,
  bitsPerPixel: number,
  entryBytes: 3 | 4,
): Uint8Array {
  const indices = 2 ** bitsPerPixel;
  const most = Math.floor((room.to - room.from) / entryBytes);
  const colours = Math.min(declared === 0 ? Math.max(1, most) : declared, indices);
  if (colours > most) throw startsTooEarly(reader, room.from + colours * entryBytes, room.to);
  const palette = new Uint8Array(indices * 3);
  for (let i = 0; i < colours; i++) {
    palette.set(reader.take(entryBytes).slice(0, 3).reverse(), i * 3);
  }
  return palette;
}
