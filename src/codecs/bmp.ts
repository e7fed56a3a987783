import { DomainError } from "../core/domain_error.ts";
import type { BmpHeader } from "../image/formats/bmp.ts";
import type { Pixels } from "../image/pixels.ts";

/**
 * Decodes an uncompressed BMP to RGB, or to RGBA if it has an alpha mask.
 *
 * @throws {DomainError} `truncated-image`, if the file ends before its last row. The check comes
 * before any memory is allocated for pixels.
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Pixels {
  const { width, height, hasAlpha, layout } = header;
  const { start, stride, bitsPerPixel, topDown } = layout;
  // Some writers omit the padding of the last row.
  const needed = start + stride * (height - 1) + Math.ceil(width * bitsPerPixel / 8);
  if (needed > bytes.length) {
    throw new DomainError(
      "truncated-image",
      `Cannot decode BMP as its ${width}x${height} pixels need ${needed} bytes: the file ends ` +
        `after ${bytes.length}. Was it sent whole?`,
    );
  }
  const channels = hasAlpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const readRow = rowReader(header, bytes, data);
  for (let y = 0; y < height; y++) {
    const stored = topDown ? y : height - 1 - y;
    readRow(start + stored * stride, y * width * channels);
  }
  return { data, width, height, channels, reduction: 1 };
}

/** Converts the stored row at offset `from` of the file to pixels at offset `to` of the data. */
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
