/** Bytes of the first buffer. */
const FIRST = 64 * 1024;

/**
 * Array of bytes that grows while its bytes arrive. Its buffer grows by a factor of 8 up to the
 * expected length. Such large steps are cheap, because the system gives memory to a part of the
 * buffer only when bytes are written there.
 */
export class GrowingBytes {
  readonly #expected: number;
  readonly #onBytes: (bytes: number) => void;
  #buffer = new Uint8Array(0);
  #length = 0;
  #counted = 0;

  /**
   * Creates an empty array.
   *
   * @param expected Expected length, for example from a `Content-Length`.
   * @param onBytes Called with the number of bytes that were added.
   */
  constructor(expected: number, onBytes: (bytes: number) => void) {
    this.#expected = expected;
    this.#onBytes = onBytes;
  }

  /** Returns space for at least `bytes` bytes. `commit()` adds the bytes written there. */
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

  /** Adds bytes that were written to the space of `room()`. */
  commit(bytes: number): void {
    this.#length += bytes;
    const more = this.#length - this.#counted;
    if (more <= 0) return;
    this.#onBytes(more);
    this.#counted = this.#length;
  }

  /** Removes bytes from the end, down to `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Number of bytes. */
  get length(): number {
    return this.#length;
  }

  /** Returns the bytes, in a buffer of about their own length. */
  taken(): Uint8Array<ArrayBuffer> {
    const { length } = this.#buffer;
    return this.#length > 0.9 * length
      ? this.#buffer.subarray(0, this.#length)
      : this.#buffer.slice(0, this.#length);
  }
}
