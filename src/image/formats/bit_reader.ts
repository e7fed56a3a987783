import type { ByteReader } from "./byte_reader.ts";

/**
 * Reader of unsigned integers of up to 32 bits, most significant bit first. Throws an error instead
 * of reading past the end.
 *
 * @example
 * ```ts
 * import { BitReader } from "./bit_reader.ts";
 * import { ByteReader } from "./byte_reader.ts";
 *
 * const reader = new BitReader(new ByteReader(Uint8Array.of(0b101_00000), "AVIF", "big-endian"));
 * if (reader.bits(3) !== 5) throw new Error("101 is five");
 * ```
 */
export class BitReader {
  readonly #reader: ByteReader;
  #byte = 0;
  /** Number of unread bits of `#byte`. */
  #left = 0;

  /**
   * Creates a reader that starts at the most significant bit of the next byte.
   *
   * @param reader Source of the bytes. The source advances by one byte when the bit reader needs a
   *   new byte.
   */
  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /**
   * Reads an unsigned integer.
   *
   * @param count Number of bits, 0 to 32.
   * @throws {DomainError} `truncated-image` or `corrupt-image`, if the bytes end first.
   */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      if (this.#left === 0) {
        this.#byte = this.#reader.u8();
        this.#left = 8;
      }
      value = value * 2 + (this.#byte >> --this.#left & 1);
    }
    return value;
  }

  /**
   * Reads one bit as a boolean.
   *
   * @throws {DomainError} `truncated-image` or `corrupt-image`, if the bytes end first.
   */
  flag(): boolean {
    return this.bits(1) === 1;
  }
}
