import type { ByteReader } from "./byte_reader.ts";

/**
 * Reads whole numbers of any count of bits, the high one first, and never past the end.
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
  /** Bits of `#byte` that are left. */
  #left = 0;

  /**
   * Starts at the high bit of the next byte.
   *
   * @param reader Where the bytes come from; it is read on as they are needed.
   */
  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /**
   * Reads an unsigned number.
   *
   * @param count Bits, 0 to 32.
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
   * Reads one bit as yes or no.
   *
   * @throws {DomainError} `truncated-image` or `corrupt-image`, if the bytes end first.
   */
  flag(): boolean {
    return this.bits(1) === 1;
  }
}
