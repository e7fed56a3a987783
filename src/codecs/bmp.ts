import { DomainError } from "../core/domain_error.ts";
import { type BmpLayout, readBmpLayout } from "../image/formats/bmp.ts";
import type { Pixels } from "../image/pixels.ts";

/**
 * Decodes a BMP, which is not compressed, to RGB, or RGBA where it has an alpha mask.
 *
 * @throws {DomainError} `truncated-image`, if it ends before its last row does, before any memory
 * is taken for pixels.
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const layout = readBmpLayout(bytes);
  const { header: { width, height }, start, stride, bitsPerPixel } = layout;
  // Some writers leave out the padding of the last row.
  const needed = start + stride * (height - 1) + Math.ceil(width * bitsPerPixel / 8);
  if (needed > bytes.length) {
    throw new DomainError(
      "truncated-image",
      `Cannot decode BMP as its ${width}x${height} pixels need ${needed} bytes: the file ends ` +
        `after ${bytes.length}. Was it sent whole?`,
    );
  }
  const channels = layout.header.hasAlpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const readRow = rowReader(layout, bytes, data);
  for (let y = 0; y < height; y++) {
    const stored = layout.topDown ? y : height - 1 - y;
    readRow(start + stored * stride, y * width * channels);
  }
  return { data, width, height, channels, reduction: 1 };
}

/** Turns the row that starts `from` in the file into the pixels that start `to` in the data. */
type RowReader = (from: number, to: number) => void;

function rowReader(layout: BmpLayout, bytes: Uint8Array, data: Uint8Array): RowReader {
  const { masks, bitsPerPixel } = layout;
  if (bitsPerPixel <= 8) return indexedRows(layout, bytes, data);
  if (bitsPerPixel === 24) return blueGreenRedRows(layout, bytes, data, 3);
  const [red, green, blue, alpha] = masks;
  const inBytes = red === 0xff0000 && green === 0xff00 && blue === 0xff && alpha === 0;
  if (bitsPerPixel === 32 && inBytes) return blueGreenRedRows(layout, bytes, data, 4);
  return maskedRows(layout, bytes, data);
}

function indexedRows(
  { header: { width }, bitsPerPixel, palette }: BmpLayout,
  bytes: Uint8Array,
  data: Uint8Array,
): RowReader {
  const perByte = 8 / bitsPerPixel;
  const indices = 2 ** bitsPerPixel - 1;
  return (from, to) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bitsPerPixel * (x % perByte + 1);
      const at = (bytes[from + Math.floor(x / perByte)] >> shift & indices) * 3;
      data[to++] = palette[at];
      data[to++] = palette[at + 1];
      data[to++] = palette[at + 2];
    }
  };
}

function blueGreenRedRows(
  { header: { width } }: BmpLayout,
  bytes: Uint8Array,
  data: Uint8Array,
  pixelBytes: 3 | 4,
): RowReader {
  return (from, to) => {
    for (let x = 0; x < width; x++, from += pixelBytes) {
      data[to++] = bytes[from + 2];
      data[to++] = bytes[from + 1];
      data[to++] = bytes[from];
    }
  };
}

function maskedRows(
  { header: { width }, bitsPerPixel, masks }: BmpLayout,
  bytes: Uint8Array,
  data: Uint8Array,
): RowReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = masks.filter((mask) => mask !== 0).map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask >>> shift };
  });
  return (from, to) => {
    for (let x = 0; x < width; x++) {
      const pixel = bitsPerPixel === 16
        ? view.getUint16(from + x * 2, true)
        : view.getUint32(from + x * 4, true);
      for (const { mask, shift, most } of fields) {
        data[to++] = Math.round(((pixel & mask) >>> shift) * 255 / most);
      }
    }
  };
}
