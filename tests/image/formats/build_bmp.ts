import { bytesOf, joinBytes } from "./bytes_of.ts";

/** Contents of a BMP. Unset: those of a 24-bit image of 3x2 pixels. */
export interface BmpOptions {
  /** Bytes of the header: 12, 16 to 64, 108 or 124. */
  readonly headerBytes?: number;
  /** Reserved bytes of the file header. */
  readonly reserved?: number;
  readonly width?: number;
  /** Negative if the top row comes first. */
  readonly height?: number;
  readonly bitsPerPixel?: number;
  readonly compression?: number;
  /** Bit masks, after the first 40 bytes of any header but the smallest. */
  readonly masks?: readonly number[];
  /** Declared number of palette colours. */
  readonly colours?: number;
  /** Palette: blue, green, red and, except with the smallest header, a fourth byte. */
  readonly palette?: readonly number[];
  /** Declared start of the pixels. Unset: the end of the palette. */
  readonly start?: number;
  /** Rows with their padding. Unset: the file ends with its header. */
  readonly pixels?: readonly number[];
}

/** Builds a BMP. */
export function buildBmp(options: BmpOptions = {}): Uint8Array {
  const { headerBytes = 40, width = 3, height = 2, bitsPerPixel = 24, masks = [] } = options;
  const isCore = headerBytes === 12;
  const whole = new Uint8Array(Math.max(headerBytes, isCore ? 12 : 40 + masks.length * 4));
  // A short header lacks the last fields; masks follow a header of 40 bytes.
  const header = whole.subarray(0, masks.length > 0 ? whole.length : headerBytes);
  const view = new DataView(whole.buffer);
  view.setUint32(0, headerBytes, true);
  if (isCore) {
    [width, height, 1, bitsPerPixel].forEach((value, i) => view.setUint16(4 + i * 2, value, true));
  } else {
    view.setInt32(4, width, true);
    view.setInt32(8, height, true);
    view.setUint16(12, 1, true);
    view.setUint16(14, bitsPerPixel, true);
    view.setUint32(16, options.compression ?? 0, true);
    view.setUint32(32, options.colours ?? 0, true);
    masks.forEach((mask, i) => view.setUint32(40 + i * 4, mask, true));
  }
  const palette = Uint8Array.from(options.palette ?? []);
  const file = new Uint8Array(14);
  const start = options.start ?? file.length + header.length + palette.length;
  file.set(bytesOf("BM"));
  new DataView(file.buffer).setUint32(6, options.reserved ?? 0, true);
  new DataView(file.buffer).setUint32(10, start, true);
  return joinBytes(file, header, palette, Uint8Array.from(options.pixels ?? []));
}

/**
 * Packs rows of pixels, each padded to a multiple of four bytes.
 *
 * @param rows Stored pixels of each row: indices of up to 8 bits, or colours of more.
 */
export function packRows(rows: readonly (readonly number[])[], bitsPerPixel: number): number[] {
  return rows.flatMap((row) => {
    const bytes = bitsPerPixel < 8
      ? packBits(row, bitsPerPixel)
      : row.flatMap((pixel) => littleEndian(pixel, bitsPerPixel / 8));
    return [...bytes, ...Array(-bytes.length & 3).fill(0)];
  });
}

function packBits(row: readonly number[], bits: number): number[] {
  const text = row.map((index) => index.toString(2).padStart(bits, "0")).join("");
  return text.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, "0"), 2));
}

/** Converts an integer to bytes, low byte first. */
export function littleEndian(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** Encodes rows of indices as run lengths of 4 or 8 bits, up to the end of the image. */
export function encodeRuns(rows: readonly (readonly number[])[], bits: 4 | 8): number[] {
  const encoded = rows.flatMap((row) => [...encodeRow(row, bits), 0, 0]);
  return [...encoded.slice(0, -2), 0, 1];
}

/** Encodes a row: equal pixels as a run, others of at least three as they are. */
function encodeRow(row: readonly number[], bits: 4 | 8): number[] {
  const bytes: number[] = [];
  for (let x = 0; x < row.length;) {
    const equal = leading(row.slice(x), (index) => index === row[x]);
    const rest = row.slice(x, x + 255);
    const different = leading(rest, (index, i) => index !== rest[i + 1] || rest.length === i + 1);
    if (different >= 3) {
      const own = packBits(row.slice(x, x + different), bits);
      bytes.push(0, different, ...own, ...Array(own.length % 2).fill(0));
      x += different;
    } else {
      const count = Math.min(255, equal);
      bytes.push(count, bits === 8 ? row[x]! : row[x]! * 17);
      x += count;
    }
  }
  return bytes;
}

/** Returns the number of first values that a test accepts. */
function leading(
  values: readonly number[],
  accepts: (value: number, i: number) => boolean,
): number {
  const end = values.findIndex((value, i) => !accepts(value, i));
  return end < 0 ? values.length : end;
}
