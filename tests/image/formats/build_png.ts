import { crc32, deflateSync } from "node:zlib";
import { bytesOf, joinBytes } from "./bytes_of.ts";

/** Contents of a PNG. Unset: those of an RGB image of 3x2 pixels. */
export interface PngOptions {
  readonly width?: number;
  readonly height?: number;
  readonly bitDepth?: number;
  readonly colourType?: number;
  /** Compression, filter and interlace method. */
  readonly methods?: readonly [number, number, number];
  /** Chunks between IHDR and IDAT. */
  readonly chunks?: readonly Uint8Array[];
}

/** Contents of a whole PNG. */
export interface WholePngOptions extends Omit<PngOptions, "methods"> {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  /** Stored samples of the pixel at column x and row y. */
  readonly samples: (x: number, y: number) => readonly number[];
  /** True to store seven passes. Unset: rows from top to bottom. */
  readonly interlaced?: boolean;
  /** Filter of a row, 0 to 4, from its number in the file or pass. Unset: 0. */
  readonly filter?: (row: number) => number;
  /** Compression level, 0 to 9. Unset: 6. */
  readonly level?: number;
  /** Maximum bytes of an IDAT chunk. Unset: one chunk. */
  readonly idatBytes?: number;
  /** Changes the zlib stream before it is put into chunks. */
  readonly edit?: (stream: Uint8Array) => Uint8Array;
  /** Bytes in place of the IEND chunk. Unset: that chunk. */
  readonly end?: Uint8Array;
}

/** Builds a PNG up to the type of its first IDAT chunk. Checksums are zero. */
export function buildPng(options: PngOptions = {}): Uint8Array {
  const { width = 3, height = 2, bitDepth = 8, colourType = 2, methods = [0, 0, 0] } = options;
  return joinBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk("IHDR", [...bigEndian(width), ...bigEndian(height), bitDepth, colourType, ...methods]),
    ...options.chunks ?? [],
    pngChunk("IDAT", []).subarray(0, 8),
  );
}

/**
 * Builds a chunk.
 *
 * @param length Declared length of the data, which may be wrong.
 */
export function pngChunk(
  type: string,
  data: ArrayLike<number>,
  length: number = data.length,
): Uint8Array {
  return Uint8Array.of(...bigEndian(length), ...bytesOf(type), ...Array.from(data), 0, 0, 0, 0);
}

function bigEndian(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}

/** Builds a chunk with its checksum. */
export function wholeChunk(type: string, data: ArrayLike<number>): Uint8Array {
  const chunk = pngChunk(type, data);
  chunk.set(bigEndian(crc32(chunk.subarray(4, -4))), chunk.length - 4);
  return chunk;
}

/** IEND. */
export const PNG_END: Uint8Array = wholeChunk("IEND", []);

const COLOUR_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row, and steps, of each pass (PNG third edition, 8.2). */
const PASSES = [
  ...[[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2]],
  [0, 1, 1, 2],
] as const;

/** Builds a PNG with its pixels. */
export function buildWholePng(options: WholePngOptions): Uint8Array<ArrayBuffer> {
  const { width, height, bitDepth, colourType, interlaced = false, level = 6 } = options;
  const passes = interlaced ? PASSES : [[0, 0, 1, 1]] as const;
  const lines = passes.flatMap(([left, top, stepX, stepY]) => {
    const rows = Array.from({ length: Math.ceil((height - top) / stepY) }, (_, row) => {
      const columns = Array.from({ length: Math.ceil((width - left) / stepX) });
      return columns.flatMap((_, x) => options.samples(left + x * stepX, top + row * stepY));
    });
    return filteredRows(rows.filter((row) => row.length > 0), options);
  });
  const stream = new Uint8Array(deflateSync(Uint8Array.from(lines.flat()), { level }));
  const ihdr = [...bigEndian(width), ...bigEndian(height), bitDepth, colourType, 0, 0];
  return joinBytes(
    buildPng().subarray(0, 8),
    wholeChunk("IHDR", [...ihdr, interlaced ? 1 : 0]),
    ...options.chunks ?? [],
    ...idats(options.edit?.(stream) ?? stream, options.idatBytes),
    options.end ?? PNG_END,
  );
}

function idats(stream: Uint8Array, bytes = stream.length): Uint8Array[] {
  const count = Math.ceil(stream.length / bytes);
  return Array.from(
    { length: count },
    (_, i) => wholeChunk("IDAT", stream.subarray(i * bytes, (i + 1) * bytes)),
  );
}

/** Packs the rows of a pass and filters them (PNG third edition, 9). */
function filteredRows(
  rows: readonly (readonly number[])[],
  { bitDepth, colourType, filter = () => 0 }: WholePngOptions,
): number[][] {
  const packed = rows.map((row) => packSamples(row, bitDepth));
  // Distance of the byte of the pixel to the left.
  const distance = Math.max(1, COLOUR_CHANNELS[colourType]! * bitDepth / 8);
  return packed.map((row, y) => {
    const type = filter(y);
    const above = packed[y - 1] ?? [];
    return [
      type,
      ...row.map((value, i) => {
        const a = row[i - distance] ?? 0;
        const b = above[i] ?? 0;
        const c = above[i - distance] ?? 0;
        const predicted = [0, a, b, (a + b) >> 1, paeth(a, b, c)][type]!;
        return value - predicted & 255;
      }),
    ];
  });
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [a, b, c].map((value) => Math.abs(a + b - c - value)) as [
    number,
    number,
    number,
  ];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function packSamples(row: readonly number[], bitDepth: number): number[] {
  const bits = row.map((sample) => sample.toString(2).padStart(bitDepth, "0")).join("");
  return (bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "0"), 2));
}
