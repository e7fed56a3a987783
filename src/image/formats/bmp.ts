import type { DomainError } from "../../core/domain_error.ts";
import { INFO_BYTES, isRunLengths, readInfo } from "./bmp_info.ts";
import { type BmpMasks, checkMasks, readMasks } from "./bmp_masks.ts";
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
   * the stored pixels are colours and not indices.
   */
  readonly palette: Uint8Array;
  /**
   * Bit mask of each colour channel in a pixel. A mask of 0 means that the pixels lack the channel.
   */
  readonly masks: BmpMasks;
}

const FILE_HEADER_BYTES = 14;
const CORE_BYTES = 12;
const OS2_BYTES = 64;
/**
 * Known sizes of BMP headers in bytes, from OS/2 1 and 2 and Windows 3, 4 and 5. Headers of OS/2 2
 * have 64 bytes but may omit fields at the end.
 */
const HEADER_BYTES: readonly number[] = [
  ...[CORE_BYTES, 16, 20, 24, 28, 32, 36, INFO_BYTES, 42, 44, 46, 48, 52, 56, 60, OS2_BYTES],
  ...[108, 124],
];
/** Allowed numbers of bits per pixel. Windows CE writes files with 2 bits per pixel. */
const BITS_PER_PIXEL: readonly number[] = [1, 2, 4, 8, 16, 24, 32];

const MASKS_16 = [0x7c00, 0x03e0, 0x001f, 0] as const;
const MASKS_32 = [0xff0000, 0x00ff00, 0x0000ff, 0] as const;

/** The BMP format. */
export const BMP: ImageFormat<BmpHeader> = {
  name: "BMP",
  signatures: ["BM????\0\0\0\0"],
  // Some programs write data into the reserved bytes. For files of these programs, the size of the
  // header distinguishes a BMP from a text that begins with "BM".
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

  // 2. Compression and masks, in the header or right after the header.
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
      hasRuns: isRunLengths(info.compression),
    },
  };
}

function startsTooEarly(reader: ByteReader, end: number, start: number): DomainError {
  return reader.corrupt(`its pixels must start behind its header of ${end} bytes`, start);
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
