import type { ByteReader } from "./byte_reader.ts";

/** Bytes of a chunk header: the type and the length of the chunk. */
export const CHUNK_BYTES = 8;

/** Reads the type of a chunk, as a number, and the length of its payload (RFC 9649, 2.3). */
export function nextChunk(reader: ByteReader): { readonly type: number; readonly length: number } {
  let type = 0;
  for (let i = 0; i < 4; i++) type = type << 8 | reader.u8();
  return { type, length: reader.u32() };
}

/** Returns the payload of a chunk. Skips the padding byte after a payload of odd length. */
export function takePadded(reader: ByteReader, length: number): Uint8Array {
  const payload = reader.take(length);
  skipPadding(reader, length);
  return payload;
}

/** Skips the payload of a chunk, and the padding byte after a payload of odd length. */
export function skipPadded(reader: ByteReader, length: number): void {
  reader.skip(length);
  skipPadding(reader, length);
}

/**
 * Skips the padding byte after a chunk payload of odd length. Some programs omit this byte at the
 * end of a file.
 */
export function skipPadding(reader: ByteReader, length: number): void {
  if (length % 2 === 1 && reader.remaining > 0) reader.skip(1);
}
