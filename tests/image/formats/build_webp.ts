import { bytesOf, joinBytes } from "./bytes_of.ts";

/**
 * Builds a chunk of a WebP.
 *
 * @param length Declared length of the payload, which may be wrong.
 */
export function webpChunk(
  type: string,
  payload: ArrayLike<number>,
  length: number = payload.length,
): Uint8Array {
  const padding = payload.length % 2 === 1 ? [0] : [];
  return Uint8Array.of(
    ...bytesOf(type),
    ...littleEndian(length, 4),
    ...Array.from(payload),
    ...padding,
  );
}

/**
 * Builds a WebP.
 *
 * @param length Declared length of the file after the first eight bytes, which may be wrong.
 */
export function buildWebp(chunks: readonly Uint8Array[], length?: number): Uint8Array {
  const body = joinBytes(...chunks);
  return joinBytes(
    bytesOf("RIFF"),
    Uint8Array.from(littleEndian(length ?? body.length + 4, 4)),
    bytesOf("WEBP"),
    body,
  );
}

/** Builds the start of a lossy frame, up to its size. */
export function vp8Frame(width = 3, height = 2): Uint8Array {
  return Uint8Array.of(
    ...[0x10, 0, 0, 0x9d, 0x01, 0x2a],
    ...littleEndian(width, 2),
    ...littleEndian(height, 2),
  );
}

/** Builds the start of a lossless frame, up to its size and alpha. */
export function vp8lFrame(width = 3, height = 2, hasAlpha = false): Uint8Array {
  const bits = width - 1 + (height - 1) * 2 ** 14 + (hasAlpha ? 2 ** 28 : 0);
  return Uint8Array.of(0x2f, ...littleEndian(bits, 4));
}

/** Flags of `VP8X`. */
export const ANIMATED = 0x02, HAS_EXIF = 0x08, HAS_ALPHA = 0x10;

/** Builds a `VP8X` chunk. */
export function vp8x(flags: number, width = 3, height = 2): Uint8Array {
  const canvas = [...littleEndian(width - 1, 3), ...littleEndian(height - 1, 3)];
  return webpChunk("VP8X", [flags, 0, 0, 0, ...canvas]);
}

/** Builds an `ANMF` chunk: the fields of a frame, then its chunk. */
export function anmf(
  [left, top, width, height]: readonly [number, number, number, number],
  chunk: Uint8Array,
): Uint8Array {
  const fields = [left / 2, top / 2, width - 1, height - 1].flatMap((n) => littleEndian(n, 3));
  return webpChunk("ANMF", [...fields, 100, 0, 0, 0, ...chunk]);
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}
