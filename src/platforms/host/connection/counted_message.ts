import { Buffer } from "node:buffer";
import { IncomingMessage } from "node:http";
import { DomainError } from "../../../core/domain_error.ts";
import { cutLength, MAX_PART } from "./cut_length.ts";

/** Bytes of framing that any body in chunks may have. */
const FREE_OVERHEAD = 16_384;
/** Bytes of a body in chunks for each further byte of framing: chunks of about 50 bytes. */
const BODY_PER_OVERHEAD = 8;
/** Chunks up to this size are joined. */
const SMALL = 4096;
/** Minimum bytes of a body in chunks that the parser gets at once. */
const LEAST_PART = 512;
/** Maximum bytes that the parser gets at once while the chunks are small. */
const CHOPPY_PART = 4096;

/**
 * Request that counts the bytes of its body, and joins small chunks.
 *
 * `node:http` makes an object of each chunk. A body of 20 MB in chunks of one byte would take
 * gigabytes, and 120 MB on the wire.
 */
export class CountedMessage extends IncomingMessage {
  /** Reason why the rest of the body is not read. Undefined: the body is read. */
  refusal: DomainError | undefined;
  #wireBytes = 0;
  /** Number of chunks in the last part that was passed to the parser. */
  #chunks = 0;
  #bodyBytes = 0;
  #small = Buffer.alloc(0);
  #smallBytes = 0;

  /** True if the last bytes had many chunks, each of which costs time. */
  get isChoppy(): boolean {
    return this.#chunks > 16;
  }

  /** Returns the number of the next bytes to pass to the parser while the body arrives. */
  cutLength(bytes: Buffer): number {
    const declared = Number(this.headers["content-length"] ?? NaN);
    const left = declared - this.#wireBytes;
    if (left > 0) return Math.min(left, bytes.length);
    const most = this.isChoppy ? CHOPPY_PART : MAX_PART;
    this.#chunks = 0;
    return cutLength(bytes, LEAST_PART, most);
  }

  /**
   * Counts bytes that the parser got.
   *
   * @returns True if the framing of the chunks is out of proportion. The body then ends with an
   *   error.
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

  /** Ends the body with an error, and no other part of the connection. */
  refuse(reason: DomainError): void {
    this.refusal ??= reason;
    this.once("error", () => {}); // nobody may read the body
    this.destroy(this.refusal);
  }

  /** Passes on the joined chunks. Returns false if the reader of the body must catch up first. */
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

  /** Leaves the connection open if the body was refused, because it still carries the response. */
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
