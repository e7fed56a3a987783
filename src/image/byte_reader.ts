import { DomainError } from "../core/domain_error.ts";

/**
 * Reads whole numbers from front to back and never past the end.
 *
 * Every read moves forward by at least the bytes it returns, so a loop in which each pass reads
 * one byte ends after at most as many passes as the file has bytes, whatever the file claims.
 *
 * @example
 * ```ts
 * import { ByteReader } from "./byte_reader.ts";
 *
 * const reader = new ByteReader(Uint8Array.of(0x01, 0x02, 0xff), "PNG", "big-endian");
 * if (reader.u16() !== 0x0102) throw new Error("the first byte is the high one");
 * ```
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #format: string;
  readonly #littleEndian: boolean;
  #offset = 0;

  /**
   * Starts at the first byte.
   *
   * @param bytes What to read; it is not copied.
   * @param format The name that messages call the file by.
   * @param order Which byte of a number comes first: the low one (little) or the high one (big).
   */
  constructor(bytes: Uint8Array, format: string, order: "little-endian" | "big-endian") {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#format = format;
    this.#littleEndian = order === "little-endian";
  }

  /**
   * Reads one byte.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /**
   * Reads an unsigned number of two bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#littleEndian);
  }

  /**
   * Reads an unsigned number of four bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#littleEndian);
  }

  /**
   * Reads a run of bytes, as a view: a length that the file claims never allocates.
   *
   * @param count How many bytes, 0 or more.
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /**
   * Moves forward without reading.
   *
   * @param count How many bytes, 0 or more.
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  skip(count: number): void {
    this.#advance(count);
  }

  /**
   * Builds the error for a file that breaks a rule of its format.
   *
   * @param rule What the format asks, for example "its width must be at least 1".
   * @param found What the file holds instead.
   */
  corrupt(rule: string, found: string | number): DomainError {
    return new DomainError(
      "corrupt-image",
      `Cannot decode ${this.#format} as ${rule}: current value is ${found}. ` +
        "The file is damaged; export the image again and send the new file.",
    );
  }

  #advance(count: number): number {
    const start = this.#offset;
    const needed = start + count;
    if (needed > this.#bytes.length) {
      throw new DomainError(
        "truncated-image",
        `Cannot decode ${this.#format} as its header needs at least ${needed} bytes: ` +
          `the file ends after ${this.#bytes.length}. Send the whole file.`,
      );
    }
    this.#offset = needed;
    return start;
  }
}
