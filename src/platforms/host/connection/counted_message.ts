import { Buffer } from "node:buffer";
import { IncomingMessage } from "node:http";
import { DomainError } from "../../../core/domain_error.ts";
import { cutLength, MAX_PART } from "./cut_length.ts";

/**
 * Bytes of framing (lengths and line breaks of chunks) that are allowed in every chunked body.
 * `BODY_PER_OVERHEAD` allows more framing in a long body.
 */
const FREE_OVERHEAD = 16_384;
/**
 * Number of body bytes for which one more byte of framing (lengths and line breaks of chunks) is
 * allowed. A chunk has about 6 bytes of framing, so the chunks of a long body must have at least
 * about 50 bytes on average.
 */
const BODY_PER_OVERHEAD = 8;
/** Maximum bytes of a chunk that is joined with its neighbours to save memory. */
const SMALL = 4096;
/** Minimum bytes of a chunked body to pass to the HTTP parser in one call. */
const LEAST_PART = 512;
/** Maximum bytes of a body to pass to the HTTP parser in one call while its chunks are small. */
const CHOPPY_PART = 4096;

/**
 * Request that counts the bytes of its body, and joins small chunks.
 *
 * `node:http` makes an object of each chunk. If a client sends 20 MB in chunks of one byte, the
 * traffic is 120 MB, but the objects take gigabytes of memory.
 */
export class CountedMessage extends IncomingMessage {
  /** Reason why the rest of the body is not read. Undefined: the body is read. */
  refusal: DomainError | undefined;
  #wireBytes = 0;
  /** Number of chunks in the bytes that were last passed to the HTTP parser. */
  #chunks = 0;
  #bodyBytes = 0;
  #small = Buffer.alloc(0);
  #smallBytes = 0;

  /**
   * True if the bytes that were last passed to the HTTP parser contained many chunks. The next call
   * then passes fewer bytes, because parsing many chunks takes long.
   */
  get isChoppy(): boolean {
    return this.#chunks > 16;
  }

  /**
   * Returns how many bytes of the body to pass to the HTTP parser in the next call.
   *
   * @param bytes Received bytes that the parser does not have yet.
   */
  cutLength(bytes: Buffer): number {
    const declared = Number(this.headers["content-length"] ?? NaN);
    const left = declared - this.#wireBytes;
    if (left > 0) return Math.min(left, bytes.length);
    const most = this.isChoppy ? CHOPPY_PART : MAX_PART;
    this.#chunks = 0;
    return cutLength(bytes, LEAST_PART, most);
  }

  /**
   * Counts bytes that were passed to the HTTP parser. If the chunks have too much framing, ends the
   * body with an error.
   *
   * @returns True if the chunks have too much framing.
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
    this.once("error", () => {}); // an error without a listener would end the program
    this.destroy(this.refusal);
  }

  /**
   * Passes the joined small chunks to the stream from which the app reads the body. Returns false
   * if the buffer of this stream is full.
   */
  flush(): boolean {
    if (this.#smallBytes === 0) return true;
    const joined = Buffer.from(this.#small.subarray(0, this.#smallBytes));
    this.#smallBytes = 0;
    return super.push(joined);
  }

  /** Adds a chunk of the body. Null ends the body. */
  override push(chunk: Buffer | null): boolean {
    if (chunk === null) {
      this.flush();
      return super.push(null);
    }
    this.#bodyBytes += chunk.length;
    this.#chunks++;
    if (chunk.length > SMALL) {
      this.flush();
      return super.push(chunk); // also if the buffer is full: the parser has this chunk already
    }
    if (this.#smallBytes + chunk.length > this.#small.length) this.#grow();
    this.#small.set(chunk, this.#smallBytes);
    this.#smallBytes += chunk.length;
    return true;
  }

  /**
   * Destroys the body. If the body was refused, the connection stays open, because the response
   * must still be sent.
   */
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
