import { bytesOf, joinBytes } from "./bytes_of.ts";

/** Contents of a BMP. Unset: those of a 24-bit image of 3x2 pixels. */
export interface BmpOptions {
  /** Bytes of the header: 12, 40, 52, 56, 64, 108 or 124. */
  readonly headerBytes?: number;
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
  const header = new Uint8Array(Math.max(headerBytes, isCore ? 12 : 40 + masks.length * 4));
  const view = new DataView(header.buffer);
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
  new DataView(file.buffer).setUint32(10, start, true);
  return joinBytes(file, header, palette, Uint8Array.from(options.pixels ?? []));
}
