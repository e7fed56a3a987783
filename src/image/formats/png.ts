import { ByteReader } from "./byte_reader.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";

/** Header of a PNG. */
export type PngHeader = BaseHeader<"png">;

const SIGNATURE_BYTES = 8;
const IHDR_BYTES = 13;
const CRC_BYTES = 4;

// Chunk types are numbers, because a hostile file can contain a million chunks, and strings would
// take more memory.
const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const EXIF = 0x65584966;
const TRNS = 0x74524e53;

/**
 * Maximum length of a chunk and maximum side of an image. In a PNG, the top bit of four-byte
 * integers must be 0.
 */
const MAX_UINT31 = 2 ** 31 - 1;

/**
 * Maximum number of chunks before the pixels. Real files have fewer chunks. The limit bounds the
 * reading time.
 */
const MAX_CHUNKS = 10_000;

/** Properties of a PNG colour type (PNG third edition, 11.2.1). */
interface ColourType {
  readonly isIndexed?: true;
  readonly channels: number;
  readonly bitDepths: readonly number[];
  readonly hasAlpha: boolean;
}

const COLOUR_TYPES: ReadonlyMap<number, ColourType> = new Map([
  [0, { channels: 1, bitDepths: [1, 2, 4, 8, 16], hasAlpha: false }],
  [2, { channels: 3, bitDepths: [8, 16], hasAlpha: false }],
  [3, { isIndexed: true, channels: 1, bitDepths: [1, 2, 4, 8], hasAlpha: false }],
  [4, { channels: 2, bitDepths: [8, 16], hasAlpha: true }],
  [6, { channels: 4, bitDepths: [8, 16], hasAlpha: true }],
]);

type Ihdr = Pick<
  PngHeader,
  "width" | "height" | "bitDepth" | "channels" | "hasAlpha" | "isIndexed"
>;

type Extras = Pick<PngHeader, "orientation"> & { readonly hasTransparency: boolean };

/** The PNG format. */
export const PNG: ImageFormat<PngHeader> = {
  name: "PNG",
  signatures: ["\x89PNG\r\n\x1a\n"],
  readHeader: readPngHeader,
};

/**
 * Reads the header of a PNG, which is everything before the first IDAT chunk (the pixels; PNG third
 * edition).
 *
 * The checksums are verified by the decoder later. A `tRNS` chunk (transparency) is ignored
 * if the image has an alpha channel.
 *
 * @param bytes Whole file. The caller has checked that the file begins with the PNG signature.
 * @throws {DomainError} `truncated-image`, if the file ends before the first IDAT chunk;
 * `corrupt-image`, if a chunk breaks the standard.
 *
 * @example
 * ```ts
 * import { readPngHeader } from "./png.ts";
 *
 * const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
 * const data = [0, 0, 0, 3, 0, 0, 0, 2, 8, 6, 0, 0, 0];
 * const ihdr = [0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, ...data, 0, 0, 0, 0];
 * const idat = [0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54];
 * const header = readPngHeader(Uint8Array.of(...signature, ...ihdr, ...idat));
 * if (header.width !== 3 || !header.hasAlpha) throw new Error("it is 3 wide, with alpha");
 * ```
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const reader = new ByteReader(bytes, "PNG", "big-endian");
  reader.skip(SIGNATURE_BYTES);
  const { hasAlpha, ...ihdr } = readIhdr(reader);
  const { orientation, hasTransparency } = readExtras(reader);
  return { format: "png", ...ihdr, orientation, hasAlpha: hasAlpha || hasTransparency };
}

/** Reads the first chunk, IHDR (PNG third edition, 11.2.1). */
function readIhdr(reader: ByteReader): Ihdr {
  const { type, length } = nextChunk(reader);
  if (type !== IHDR) throw reader.corrupt("its first chunk must be IHDR", nameOf(type));
  if (length !== IHDR_BYTES) {
    throw reader.corrupt(`IHDR must hold ${IHDR_BYTES} bytes`, length);
  }
  const width = readSide(reader, "width");
  const height = readSide(reader, "height");
  const bitDepth = reader.u8();
  const { bitDepths: _, ...colourType } = readColourType(reader, bitDepth);
  expectAtMost(reader, 0, "compression method");
  expectAtMost(reader, 0, "filter method");
  expectAtMost(reader, 1, "interlace method");
  reader.skip(CRC_BYTES);
  return { width, height, bitDepth, ...colourType };
}

function readSide(reader: ByteReader, name: string): number {
  const side = reader.u32();
  if (side === 0 || side > MAX_UINT31) {
    throw reader.corrupt(`its ${name} must be from 1 to ${MAX_UINT31}`, side);
  }
  return side;
}

function readColourType(reader: ByteReader, bitDepth: number): ColourType {
  const code = reader.u8();
  const colourType = COLOUR_TYPES.get(code);
  if (colourType === undefined) {
    throw reader.corrupt("its colour type must be 0, 2, 3, 4 or 6", code);
  }
  if (!colourType.bitDepths.includes(bitDepth)) {
    const allowed = colourType.bitDepths.join(", ");
    throw reader.corrupt(`bit depth with colour type ${code} must be one of ${allowed}`, bitDepth);
  }
  return colourType;
}

function expectAtMost(reader: ByteReader, limit: number, name: string): void {
  const value = reader.u8();
  if (value > limit) throw reader.corrupt(`its ${name} must be at most ${limit}`, value);
}

/**
 * Reads orientation and transparency from the chunks between IHDR (with the size) and the first
 * IDAT (with the pixels).
 */
function readExtras(reader: ByteReader): Extras {
  let hasTransparency = false;
  let orientation: Orientation | undefined;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks++) {
    const { type, length } = nextChunk(reader);
    if (type === IDAT) return { orientation: orientation ?? 1, hasTransparency };
    if (type === IHDR || type === IEND) {
      throw reader.corrupt("IDAT must come before the end and after one IHDR", nameOf(type));
    }
    if (type === EXIF) {
      const data = reader.take(length); // Not inside `??=`, which may skip the read.
      orientation ??= exifOrientation(data);
    } else {
      hasTransparency ||= type === TRNS;
      reader.skip(length);
    }
    reader.skip(CRC_BYTES);
  }
  throw reader.corrupt(`at most ${MAX_CHUNKS} chunks may precede its pixels`, "more");
}

/** Reads the length and type of a chunk (PNG third edition, 5.3), but not its data. */
function nextChunk(reader: ByteReader): { readonly type: number; readonly length: number } {
  const length = reader.u32();
  if (length > MAX_UINT31) {
    throw reader.corrupt(`a chunk length must be at most ${MAX_UINT31}`, length);
  }
  const type = reader.u32();
  if (!bytesOf(type).every(isLetter)) {
    throw reader.corrupt("a chunk type must be four letters", `bytes ${bytesOf(type).join(" ")}`);
  }
  return { type, length };
}

function bytesOf(type: number): readonly number[] {
  return [type >>> 24, type >>> 16 & 255, type >>> 8 & 255, type & 255];
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function nameOf(type: number): string {
  return String.fromCharCode(...bytesOf(type));
}
