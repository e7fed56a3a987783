import { bytesOf, joinBytes } from "./bytes_of.ts";

/** What a PNG may hold; what is left out makes the RGB image of 3x2 pixels. */
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

/** Builds a PNG up to and with the type of its first IDAT; its checksums are zero. */
export function buildPng(options: PngOptions = {}): Uint8Array {
  const { width = 3, height = 2, bitDepth = 8, colourType = 2, methods = [0, 0, 0] } = options;
  return joinBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk("IHDR", [...bigEndian(width), ...bigEndian(height), bitDepth, colourType, ...methods]),
    ...options.chunks ?? [],
    pngChunk("IDAT", []).subarray(0, 8),
  );
}

/** Builds a chunk, which may lie about its length. */
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
