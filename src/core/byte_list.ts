import { joinedBytes } from "./joined_bytes.ts";

/** Length in bytes of the blocks into which small chunks are copied. */
const BLOCK = 16_384;
/** Minimum length in bytes of a chunk that is kept without a copy. */
const LARGE = 4096;

/**
 * List that collects chunks of bytes and joins them to one array. Small chunks are copied into
 * larger blocks, because 20 MB in chunks of one byte would be 20 million objects in memory.
 *
 * @example
 * ```ts
 * import { ByteList } from "./byte_list.ts";
 *
 * const list = new ByteList();
 * for (const byte of [1, 2, 3]) list.add(Uint8Array.of(byte));
 * if (list.joined().join() !== "1,2,3") throw new Error(list.joined().join());
 * ```
 */
export class ByteList {
  readonly #pieces: Uint8Array[] = [];
  #block = new Uint8Array(0);
  /** Start and end of the bytes in `#block` that are not yet in `#pieces`. */
  #start = 0;
  #end = 0;

  /** Adds a chunk. The caller must not change the chunk later. */
  add(chunk: Uint8Array): void {
    if (chunk.length >= LARGE) {
      this.#seal();
      this.#pieces.push(chunk);
      return;
    }
    if (this.#end + chunk.length > this.#block.length) {
      this.#seal();
      this.#block = new Uint8Array(BLOCK);
      this.#start = this.#end = 0;
    }
    this.#block.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Returns the bytes of all chunks in one array. */
  joined(): Uint8Array<ArrayBuffer> {
    this.#seal();
    return joinedBytes(this.#pieces);
  }

  #seal(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#block.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
