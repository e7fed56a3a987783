import { DomainError } from "../../core/domain_error.ts";

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
  readonly #order: "little-endian" | "big-endian";
  /** Where reading stops: the end of the file, or of the part that this reader is for. */
  #end: number;
  #start = 0;
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
    this.#order = order;
    this.#end = bytes.length;
  }

  /** Bytes that are left to read. */
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
   * Reads an unsigned number of two bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#isLittleEndian);
  }

  /**
   * Reads an unsigned number of three bytes, the low one first whatever the order of the others.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u24le(): number {
    const start = this.#advance(3);
    return this.#view.getUint16(start, true) | this.#view.getUint8(start + 2) << 16;
  }

  /**
   * Reads an unsigned number of four bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#isLittleEndian);
  }

  /**
   * Reads a signed number of four bytes.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  i32(): number {
    return this.#view.getInt32(this.#advance(4), this.#isLittleEndian);
  }

  /**
   * Reads an unsigned number of eight bytes, rounded as a double is beyond 2^53.
   *
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), this.#isLittleEndian));
  }

  /**
   * Reads a run of bytes by a reader of its own, which finds the file corrupt where it would have
   * to read past the run.
   *
   * @param count How many bytes, 0 or more.
   * @throws {DomainError} `truncated-image`, if the file ends first.
   */
  part(count: number): ByteReader {
    const part = this.again();
    part.#offset = part.#start = this.#advance(count);
    part.#end = this.#offset;
    return part;
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

  /** Reads the file or the part from its start again, by another reader. */
  again(): ByteReader {
    const reader = new ByteReader(this.#bytes, this.#format, this.#order);
    reader.#offset = reader.#start = this.#start;
    reader.#end = this.#end;
    return reader;
  }

  /** All bytes of the file or of the part that this reader is for, read or not, as a view. */
  whole(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
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
