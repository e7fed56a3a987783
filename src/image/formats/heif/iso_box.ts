import type { ByteReader } from "../byte_reader.ts";

const HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** Box of an ISO media file: a type and a payload. */
export interface IsoBox {
  /**
   * Type of the box: four characters, stored as one number. A number takes less memory than a
   * string, because a hostile file can contain a million boxes.
   */
  readonly type: number;
  /** Payload of the box. */
  readonly content: ByteReader;
}

/**
 * Returns the number for the four characters of a box type.
 *
 * @param name Four characters with codes from 0 to 127.
 */
export function boxType(name: string): number {
  return Array.from(name).reduce((type, letter) => type << 8 | letter.charCodeAt(0), 0);
}

/**
 * Reads the next box (ISO/IEC 14496-12, 4.2).
 *
 * @throws {DomainError} `truncated-image`, if the file ends inside the box; `corrupt-image`, if the
 * box is shorter than its own header or ends after its parent box.
 *
 * @example
 * ```ts
 * import { type IsoBox, boxType, nextBox } from "./iso_box.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * const bytes = Uint8Array.of(0, 0, 0, 9, 0x66, 0x72, 0x65, 0x65, 7);
 * const box: IsoBox = nextBox(new ByteReader(bytes, "AVIF", "big-endian"));
 * if (box.type !== boxType("free") || box.content.u8() !== 7) throw new Error("a 7 in a box");
 * ```
 */
export function nextBox(reader: ByteReader): IsoBox {
  const short = reader.u32();
  const type = reader.u32();
  const size = short === 1 ? reader.u64() : short;
  const headerBytes = short === 1 ? LONG_HEADER_BYTES : HEADER_BYTES;
  if (short === 0) return { type, content: reader.part(reader.remaining) };
  if (size < headerBytes) {
    throw reader.corrupt(`a box must have at least ${headerBytes} bytes`, size);
  }
  return { type, content: reader.part(size - headerBytes) };
}

/**
 * Returns true if a file ends inside a box, according to the declared lengths of the boxes (ISO/IEC
 * 14496-12, 4.2).
 */
export function lastBoxEndsEarly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const short = view.getUint32(at);
    if (short === 0) return false; // The box extends to the end of the file.
    const isLong = short === 1 && at + LONG_HEADER_BYTES <= bytes.length;
    const size = isLong ? Number(view.getBigUint64(at + HEADER_BYTES)) : short;
    at += Math.max(size, HEADER_BYTES);
  }
  return at !== bytes.length;
}
