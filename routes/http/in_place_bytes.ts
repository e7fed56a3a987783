import type { ByteOutput } from "./growing_bytes.ts";

/**
 * Array of bytes in the memory of the text that it is decoded from. Needs no memory of its own, as
 * a decoder of base64 never writes more bytes than it has read.
 */
export class InPlaceBytes implements ByteOutput {
  readonly #text: Uint8Array<ArrayBuffer>;
  #length = 0;

  /**
   * Creates an empty array.
   *
   * @param text Text that the decoder reads, in order. The decoded bytes overwrite it.
   */
  constructor(text: Uint8Array<ArrayBuffer>) {
    this.#text = text;
  }

  /** Returns the space that has been read, and the text after it. */
  room(): Uint8Array {
    return this.#text.subarray(this.#length);
  }

  /** Adds the first `bytes` bytes of the space that `room()` returned. */
  commit(bytes: number): void {
    this.#length += bytes;
  }

  /** Shortens the array to `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Number of bytes in the array. */
  get length(): number {
    return this.#length;
  }

  /** Returns the bytes. */
  taken(): Uint8Array<ArrayBuffer> {
    return this.#text.subarray(0, this.#length);
  }
}
