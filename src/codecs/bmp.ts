import { DomainError } from "../core/domain_error.ts";
import type { BmpHeader } from "../image/formats/bmp.ts";
import type { Pixels } from "../image/pixels.ts";

/**
 * Decodes a BMP to RGB, or to RGBA if it has an alpha mask.
 *
 * An image whose alpha values are all 0 becomes opaque, because many programs declare an alpha
 * channel without using it.
 *
 * @throws {DomainError} `truncated-image`, if the file ends before its last row. The length of
 * uncompressed files is checked before memory for the pixels is allocated.
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Pixels {
  const { width, height, hasAlpha, layout } = header;
  if (layout.hasRuns) {
    return { data: runPixels(bytes, header), width, height, channels: 3, reduction: 1 };
  }
  const { start, stride, bitsPerPixel, topDown } = layout;
  // Counts the last row without its padding, because some programs omit that padding.
  const needed = start + stride * (height - 1) + Math.ceil(width * bitsPerPixel / 8);
  if (needed > bytes.length) throw truncated(bytes, header, `need ${needed} bytes`);
  const channels = hasAlpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const readRow = rowReader(header, bytes, data);
  for (let y = 0; y < height; y++) {
    const stored = topDown ? y : height - 1 - y;
    readRow(start + stored * stride, y * width * channels);
  }
  if (hasAlpha) makeClearOpaque(data);
  return { data, width, height, channels, reduction: 1 };
}

function truncated(bytes: Uint8Array, { width, height }: BmpHeader, need: string): DomainError {
  return new DomainError(
    "truncated-image",
    `Cannot decode BMP as its ${width}x${height} pixels ${need}: the file ends ` +
      `after ${bytes.length}. Was it sent whole?`,
  );
}

function movedOutside({ width, height }: BmpHeader, x: number, y: number): DomainError {
  return new DomainError(
    "corrupt-image",
    `Cannot decode BMP as its run lengths must stay in ${width}x${height} pixels: current value ` +
      `is a move to column ${x} and row ${y}. The file is damaged; export the image again and ` +
      "send the new file.",
  );
}

/** Makes an RGBA image opaque if all its pixels are fully transparent. */
function makeClearOpaque(data: Uint8Array): void {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) return;
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
}

/** Escape codes of the run-length encoding. A byte 0 precedes each escape code. */
const END_OF_ROW = 0, END_OF_IMAGE = 1, MOVE = 2;

/**
 * Decodes run-length encoded pixels of 4 or 8 bits (Windows GDI, "Bitmap Compression") to RGB.
 *
 * Decodes files that break the rules like Chromium does. Pixels without data are black. Runs that
 * exceed the end of a row are cut off. A move to a position outside of the image is an error.
 */
function runPixels(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, layout: { bitsPerPixel, start, topDown, palette } } = header;
  const perByte = 8 / bitsPerPixel;
  const data = new Uint8Array(width * height * 3);
  let at = start;
  let x = 0;
  let y = 0;
  const next = () => {
    if (at < bytes.length) return bytes[at++]!;
    throw truncated(bytes, header, "need more runs");
  };
  /**
   * Writes `count` pixels of the current row. `byteOf(i)` is the byte that contains pixel `i`: a
   * byte contains one pixel of 8 bits or two pixels of 4 bits.
   */
  const write = (count: number, byteOf: (i: number) => number) => {
    const row = topDown ? y : height - 1 - y;
    const end = Math.min(count, width - x);
    let to = (row * width + x) * 3;
    for (let i = 0; i < end; i++) {
      const byte = byteOf(i);
      const index = perByte === 1 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15;
      data[to++] = palette[index * 3]!;
      data[to++] = palette[index * 3 + 1]!;
      data[to++] = palette[index * 3 + 2]!;
    }
    x += end;
  };
  // Decoding also ends after the last pixel, because some programs omit the escape code for the end
  // of the image.
  while (y < height - 1 || y === height - 1 && x < width) {
    const count = next();
    const value = next();
    if (count > 0) {
      if (x < width) write(count, () => value);
    } else if (value === END_OF_ROW) {
      x = 0;
      y++;
    } else if (value === END_OF_IMAGE) {
      break;
    } else if (value === MOVE) {
      x += next();
      y += next();
      if (x > width || y >= height) throw movedOutside(header, x, y);
    } else {
      const length = Math.ceil(value / perByte);
      if (at + length > bytes.length) throw truncated(bytes, header, "need more runs");
      const from = at;
      write(value, (i) => bytes[from + Math.floor(i / perByte)]!);
      at += length + length % 2;
    }
  }
  return data;
}

/**
 * Function that converts one row of pixels. Reads the file at the offset `from` and writes to the
 * decoded data at the offset `to`.
 */
type RowReader = (from: number, to: number) => void;

function rowReader(header: BmpHeader, bytes: Uint8Array, data: Uint8Array): RowReader {
  const { masks, bitsPerPixel } = header.layout;
  if (bitsPerPixel <= 8) return indexedRows(header, bytes, data);
  if (bitsPerPixel === 24) return blueGreenRedRows(header, bytes, data, 3);
  const [red, green, blue, alpha] = masks;
  const inBytes = red === 0xff0000 && green === 0xff00 && blue === 0xff && alpha === 0;
  if (bitsPerPixel === 32 && inBytes) return blueGreenRedRows(header, bytes, data, 4);
  return maskedRows(header, bytes, data);
}

function indexedRows(
  { width, layout: { bitsPerPixel, palette } }: BmpHeader,
  bytes: Uint8Array,
  data: Uint8Array,
): RowReader {
  const perByte = 8 / bitsPerPixel;
  const indices = 2 ** bitsPerPixel - 1;
  return (from, to) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bitsPerPixel * (x % perByte + 1);
      const at = (bytes[from + Math.floor(x / perByte)]! >> shift & indices) * 3;
      data[to++] = palette[at]!;
      data[to++] = palette[at + 1]!;
      data[to++] = palette[at + 2]!;
    }
  };
}

function blueGreenRedRows(
  { width }: BmpHeader,
  bytes: Uint8Array,
  data: Uint8Array,
  pixelBytes: 3 | 4,
): RowReader {
  return (from, to) => {
    for (let x = 0; x < width; x++, from += pixelBytes) {
      data[to++] = bytes[from + 2]!;
      data[to++] = bytes[from + 1]!;
      data[to++] = bytes[from]!;
    }
  };
}

function maskedRows(
  { width, layout: { bitsPerPixel, masks } }: BmpHeader,
  bytes: Uint8Array,
  data: Uint8Array,
): RowReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = masks.filter((mask) => mask !== 0).map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { mask, shift, max: mask >>> shift };
  });
  return (from, to) => {
    for (let x = 0; x < width; x++) {
      const pixel = bitsPerPixel === 16
        ? view.getUint16(from + x * 2, true)
        : view.getUint32(from + x * 4, true);
      for (const { mask, shift, max } of fields) {
        data[to++] = Math.round(((pixel & mask) >>> shift) * 255 / max);
      }
    }
  };
}
