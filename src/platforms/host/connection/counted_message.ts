import { Buffer } from "node:buffer";
import { IncomingMessage } from "node:http";
import { DomainError } from "../../../core/domain_error.ts";
import { cutLength, MAX_PART } from "./cut_length.ts";

/** Bytes of framing (lengths and line breaks of chunks) that every chunked body may have. */
const FREE_OVERHEAD = 16_384;
/** Bytes of the body that allow one more byte of framing. So chunks need about 50 bytes each. */
const BODY_PER_OVERHEAD = 8;
/** Maximum bytes of a small chunk. Small chunks are joined to save memory. */
const SMALL = 4096;
/** Minimum bytes of a chunked body that the HTTP parser gets at once. */
const LEAST_PART = 512;
/** Maximum bytes that the HTTP parser gets at once while the chunks are small. */
const CHOPPY_PART = 4096;

/**
 * Request that counts the bytes of its body, and joins small chunks.
 *
 * `node:http` makes an object of each chunk. A client could send 20 MB in chunks of one byte:
 * 120 MB of network traffic, and gigabytes of memory for the objects.
 */
export class CountedMessage extends IncomingMessage {
  /** Reason why the rest of the body is not read. Undefined: the body is read. */
  refusal: DomainError | undefined;
  #wireBytes = 0;
  /** Number of chunks in the bytes that the HTTP parser got last. */
  #chunks = 0;
  #bodyBytes = 0;
  #small = Buffer.alloc(0);
  #smallBytes = 0;

  /** True if the bytes that the parser got last held many chunks. Each chunk costs time. */
  get isChoppy(): boolean {
    return this.#chunks > 16;
  }

  /** Returns how many bytes of this body the HTTP parser gets next. */
  cutLength(bytes: Buffer): number {
    const declared = Number(this.headers["content-length"] ?? NaN);
    const left = declared - this.#wireBytes;
    if (left > 0) return Math.min(left, bytes.length);
    const most = this.isChoppy ? CHOPPY_PART : MAX_PART;
    this.#chunks = 0;
    return cutLength(bytes, LEAST_PART, most);
  }

  /**
   * Counts bytes that the HTTP parser got.
   *
   * @returns True if the framing of the chunks is too large for the body. The body then ends with
   *   an error.
   */
  count(wireBytes: number): boolean {
    this.#wireBytes += wireBytes;
    const overhead = this.#wireBytes - this.#bodyBytes;
    if (this.complete || overhead <= FREE_OVERHEAD + this.#bodyBytes / BODY_PER_OVERHEAD) {
      return false;
    }
    this.refuse(
      new DomainError(
        "malformed-request",
        `Cannot read the body as its chunks must have at most ${FREE_OVERHEAD} bytes of framing, ` +
          `and one more for each ${BODY_PER_OVERHEAD} of the body: ` +
          `there are ${overhead} for ${this.#bodyBytes}. Send larger chunks`,
      ),
    );
    return true;
  }

  /** Ends the body with an error. The connection stays open for the response. */
  refuse(reason: DomainError): void {
    this.refusal ??= reason;
    this.once("error", () => {}); // nobody may read the body
    this.destroy(this.refusal);
  }

  /** Gives the joined chunks to the reader of the body. Returns false if its buffer is full. */
  flush(): boolean {
    if (this.#smallBytes === 0) return true;
    const joined = Buffer.from(this.#small.subarray(0, this.#smallBytes));
    this.#smallBytes = 0;
    return super.push(joined);
  }

  /** Adds a chunk of the body, or its end. */
  override push(chunk: Buffer | null): boolean {
    if (chunk === null) {
      this.flush();
      return super.push(null);
    }
    this.#bodyBytes += chunk.length;
    this.#chunks++;
    if (chunk.length > SMALL) return this.flush() && super.push(chunk);
    if (this.#smallBytes + chunk.length > this.#small.length) this.#grow();
    this.#small.set(chunk, this.#smallBytes);
    this.#smallBytes += chunk.length;
    return true;
  }

  /** Keeps the connection open if the body was refused: the response must still be sent on it. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error !== null && error === this.refusal) done(error);
    else super._destroy(error, done);
  }

  #grow(): void {
    const larger = Buffer.alloc(Math.max(2 * SMALL, 2 * this.#small.length));
    larger.set(this.#small.subarray(0, this.#smallBytes));
    this.#small = larger;
  }
}
