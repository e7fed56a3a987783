import { DomainError } from "../../core/domain_error.ts";

/**
 * Reader of integers and bytes of a file, from front to back. Throws an error instead of reading
 * past the end.
 *
 * Each read moves the reader forward, so a loop over a huge declared count ends when the file ends.
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
  readonly #order: "little-endian" | "big-endian";
  /**
   * Offset at which reading stops: the end of the file, or the end of the part that this reader
   * reads.
   */
  #end: number;
  #start = 0;
  #offset = 0;

  /**
   * Creates a reader at the first byte of a file.
   *
   * @param bytes Whole file. The bytes are not copied.
   * @param format Name of the file format, for error messages.
   * @param order Byte order of numbers.
   */
  constructor(bytes: Uint8Array, format: string, order: "little-endian" | "big-endian") {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#format = format;
    this.#order = order;
    this.#end = bytes.length;
  }

  /** Number of unread bytes. */
  get remaining(): number {
    return this.#end - this.#offset;
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
   * Reads an unsigned integer of two bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#isLittleEndian);
  }

  /**
   * Reads an unsigned integer of three bytes, always little-endian.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u24le(): number {
    const start = this.#advance(3);
    return this.#view.getUint16(start, true) | this.#view.getUint8(start + 2) << 16;
  }

  /**
   * Reads an unsigned integer of four bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#isLittleEndian);
  }

  /**
   * Reads a signed integer of four bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  i32(): number {
    return this.#view.getInt32(this.#advance(4), this.#isLittleEndian);
  }

  /**
   * Reads an unsigned integer of eight bytes. Integers above 2^53 are rounded, because the result
   * is a `number`.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), this.#isLittleEndian));
  }

  /**
   * Returns a reader for the next `count` bytes, and skips these bytes in this reader. Reading past
   * the end of the part throws `corrupt-image`, because the lengths that the file declares
   * contradict each other.
   *
   * @param count Number of bytes, 0 or more.
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  part(count: number): ByteReader {
    const part = this.fromStart();
    part.#offset = part.#start = this.#advance(count);
    part.#end = this.#offset;
    return part;
  }

  /**
   * Reads bytes as a view of the file. Allocates no memory, so a huge declared length does no harm.
   *
   * @param count Number of bytes, 0 or more.
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** Returns a new reader of the same file or part, at its start. */
  fromStart(): ByteReader {
    const reader = new ByteReader(this.#bytes, this.#format, this.#order);
    reader.#offset = reader.#start = this.#start;
    reader.#end = this.#end;
    return reader;
  }

  /**
   * Returns a reader of other data, with the format and the byte order of this reader.
   *
   * @param bytes Bytes to read. The bytes are not copied. Reading past the end throws
   *   `truncated-image`.
   */
  of(bytes: Uint8Array): ByteReader {
    return new ByteReader(bytes, this.#format, this.#order);
  }

  /**
   * Returns a reader of complete data, for example of a header. Reading past the end throws
   * `corrupt-image`, because the bytes are damaged and not cut off.
   */
  ofComplete(bytes: Uint8Array): ByteReader {
    // Appends a byte that is never read, because only a reader of a part throws `corrupt-image`. A
    // reader of all bytes throws `truncated-image`.
    return this.of(Uint8Array.of(...bytes, 0)).part(bytes.length);
  }

  /**
   * Returns all bytes of the file or part, including bytes that are already read. The result is a
   * view, not a copy.
   */
  whole(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /**
   * Moves the reader forward without reading.
   *
   * @param count Bytes to skip, 0 or more.
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  skip(count: number): void {
    this.#advance(count);
  }

  /**
   * Creates the error for a file that breaks a rule of its format.
   *
   * @param rule Rule, for example "its width must be at least 1".
   * @param found Value in the file.
   */
  corrupt(rule: string, found: string | number): DomainError {
    return new DomainError(
      "corrupt-image",
      `Cannot decode ${this.#format} as ${rule}: current value is ${found}. ` +
        "The file is damaged; export the image again and send the new file.",
    );
  }

  /**
   * Creates the error for a file that is valid but not supported.
   *
   * @param rule Rule, for example "its coding must be AV1".
   * @param found Value in the file.
   */
  unsupported(rule: string, found: string): DomainError {
    return new DomainError(
      "unsupported-format",
      `Cannot decode ${this.#format} as ${rule}: current value is ${found}. ` +
        "Save it as JPEG and send that.",
    );
  }

  get #isLittleEndian(): boolean {
    return this.#order === "little-endian";
  }

  #advance(count: number): number {
    const start = this.#offset;
    const needed = start + count;
    if (needed > this.#end) {
      if (this.#end < this.#bytes.length) {
        throw this.corrupt("a part must end inside the one that holds it", `${needed} bytes`);
      }
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
