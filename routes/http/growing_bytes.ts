/** Length of the first buffer in bytes. */
const FIRST = 64 * 1024;

/** Array of bytes that a decoder appends to. */
export interface ByteOutput {
  /** Number of bytes in the array. */
  readonly length: number;
  /**
   * Returns free space for at least `bytes` bytes. The caller writes there and then calls
   * `commit()`.
   */
  room(bytes: number): Uint8Array;
  /** Adds the first `bytes` bytes of the space that `room()` returned. */
  commit(bytes: number): void;
  /** Shortens the array to `length` bytes. */
  truncate(length: number): void;
  /** Returns the bytes of the array. */
  taken(): Uint8Array<ArrayBuffer>;
}

/**
 * Array of bytes that grows while its bytes arrive. When the buffer is full, the bytes move to a
 * buffer that is 8 times as large, but not larger than the expected length. A large buffer wastes
 * little memory: the operating system allocates memory only for the parts of the buffer that
 * contain bytes.
 */
export class GrowingBytes implements ByteOutput {
  readonly #expected: number;
  readonly #onBytes: (bytes: number) => void;
  #buffer = new Uint8Array(0);
  #length = 0;
  #counted = 0;

  /**
   * Creates an empty array.
   *
   * @param expected Expected length, for example from a `Content-Length`.
   * @param onBytes Called with the number of bytes that have just been added.
   */
  constructor(expected: number, onBytes: (bytes: number) => void) {
    this.#expected = expected;
    this.#onBytes = onBytes;
  }

  /**
   * Returns free space for at least `bytes` bytes. The caller writes there and then calls
   * `commit()`.
   */
  room(bytes: number): Uint8Array {
    const needed = this.#length + bytes;
    const { length } = this.#buffer;
    if (needed > length) {
      const next = length < this.#expected ? Math.min(8 * length, this.#expected) : 2 * length;
      const larger = new Uint8Array(Math.max(FIRST, needed, next));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#length);
  }

  /** Adds the first `bytes` bytes of the space that `room()` returned. */
  commit(bytes: number): void {
    this.#length += bytes;
    const more = this.#length - this.#counted;
    if (more <= 0) return;
    this.#onBytes(more);
    this.#counted = this.#length;
  }

  /** Shortens the array to `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Number of bytes in the array. */
  get length(): number {
    return this.#length;
  }

  /**
   * Returns the bytes of the array. If more than a tenth of the buffer is unused, copies the bytes
   * into a smaller buffer.
   */
  taken(): Uint8Array<ArrayBuffer> {
    const { length } = this.#buffer;
    return this.#length > 0.9 * length
      ? this.#buffer.subarray(0, this.#length)
      : this.#buffer.slice(0, this.#length);
  }
}
