import type { ByteOutput } from "./growing_bytes.ts";

/**
 * Array of bytes that overwrites the text that the bytes are decoded from. This saves memory, and
 * is safe because a base64 decoder never writes more bytes than it has read.
 */
export class InPlaceBytes implements ByteOutput {
  readonly #text: Uint8Array<ArrayBuffer>;
  #length = 0;

  /**
   * Creates an empty array.
   *
   * @param text Text that the decoder reads, in order. The decoded bytes overwrite the text.
   */
  constructor(text: Uint8Array<ArrayBuffer>) {
    this.#text = text;
  }

  /**
   * Returns the memory after the last decoded byte. The caller must only overwrite the part of the
   * text that is already decoded.
   */
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

  /** Returns the bytes of the array. */
  taken(): Uint8Array<ArrayBuffer> {
    return this.#text.subarray(0, this.#length);
  }
}
