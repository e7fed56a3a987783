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
