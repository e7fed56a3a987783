import type { DomainError } from "../../src/core/domain_error.ts";
import { ByteList } from "../../src/core/byte_list.ts";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import type { ByteOutput } from "../http/growing_bytes.ts";
import type { TextSink } from "../http/json_splitter.ts";
import { type Base64Alphabet, Base64Decoder, notBase64 } from "./base64_decoder.ts";
import { isDataUrl, noComma } from "./data_url.ts";

/** Maximum bytes before the comma of a data URL. */
const MAX_HEAD = 64 * 1024;
/**
 * Maximum bytes that are decoded in one step. A step may copy its bytes, so small steps save
 * memory.
 */
const STEP = 16 * 1024;

const [PERCENT, HASH, COMMA, VERTICAL_TAB] = [0x25, 0x23, 0x2c, 0x0b];

/**
 * Decoder of an image that is sent as base64 or as a data URL. The text may arrive in pieces.
 *
 * Decodes data URLs by the rules of `fetch()` (Fetch Standard, section 6, "data: URL processor").
 * Ignores white space in base64, and any white space around the text. Ignores the media type of a
 * data URL, because it is often wrong: browsers write `application/octet-stream` for unknown files.
 *
 * Only `end()` throws an error for invalid text. If a JSON object repeats the key of the image, a
 * later valid text replaces an invalid one.
 */
export class ImageTextDecoder implements TextSink {
  readonly #out: ByteOutput;
  readonly #alphabet: Base64Alphabet;
  #base64: Base64Decoder;
  #kind: "start" | "head" | "base64" | "base64-url" | "bytes-url" = "start";
  /** First bytes of the text, kept until it is clear if the text is a data URL. */
  #start = new Uint8Array(0);
  /** Bytes of a data URL up to its comma. */
  #head = new ByteList();
  #headLength = 0;
  #isEmpty = true;
  #fault: DomainError | undefined;
  /** First characters of a percent escape that continues in the next piece. */
  #escape: number[] = [];
  #isFragment = false;
  /** Length of the decoded image without white space at its end. */
  #trimmed = 0;

  /**
   * Creates a decoder.
   *
   * @param out Receives the bytes of the image. May overwrite the text that has already been
   *   decoded.
   * @param alphabet Characters of base64 that the decoder accepts.
   */
  constructor(out: ByteOutput, alphabet: Base64Alphabet = "standard") {
    this.#out = out;
    this.#alphabet = alphabet;
    this.#base64 = new Base64Decoder(out, alphabet);
  }

  /** True if no character of the text has been read. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** True if the last text is a data URL, even if the data URL is invalid. */
  get isDataUrl(): boolean {
    return this.#headLength > 0;
  }

  /** Starts a new text. Drops the previous text. */
  start(): void {
    this.#out.truncate(0);
    this.#base64 = new Base64Decoder(this.#out, this.#alphabet);
    this.#kind = "start";
    this.#start = new Uint8Array(0);
    this.#head = new ByteList();
    this.#headLength = 0;
    this.#isEmpty = true;
    this.#fault = undefined;
    this.#escape = [];
    this.#isFragment = false;
    this.#trimmed = 0;
  }

  /** Decodes a piece of the text. */
  write(piece: Uint8Array): void {
    if (piece.length > 0) this.#isEmpty = false;
    for (let at = 0; at < piece.length && this.#fault === undefined; at += STEP) {
      this.#write(piece.subarray(at, at + STEP));
    }
  }

  /**
   * Ends the text and returns the bytes of the image.
   *
   * @throws {DomainError} `malformed-request` if the text is neither base64 nor a data URL.
   */
  end(): Uint8Array<ArrayBuffer> {
    if (this.#kind === "start") this.#begin("base64", this.#start);
    if (this.#kind === "head") this.#fault ??= noComma();
    if (this.#fault === undefined) this.#emit(Uint8Array.from(this.#escape));
    if (this.#isFragment && this.#base64.hasTail) this.#fault ??= notBase64();
    if (this.#kind !== "bytes-url" && !this.#base64.end()) this.#fault ??= notBase64();
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#kind === "bytes-url" && !this.#isFragment) this.#out.truncate(this.#trimmed);
    return this.#out.taken();
  }

  #write(piece: Uint8Array): void {
    if (this.#kind === "start") this.#readStart(piece);
    else if (this.#kind === "head") this.#readHead(piece);
    else this.#readBody(piece);
  }

  /** Skips white space, then reads enough characters to see if the text starts with `data:`. */
  #readStart(piece: Uint8Array): void {
    const bytes = joinedBytes([this.#start, piece]);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const start = text.trimStart();
    const white = new TextEncoder().encode(text.slice(0, text.length - start.length)).length;
    this.#start = bytes.slice(white);
    if (start.length < "data:".length) return;
    if (!isDataUrl(start)) return this.#begin("base64", this.#start);
    this.#kind = "head";
    this.#readHead(this.#start);
  }

  /** Collects the head of a data URL: all bytes before its comma. */
  #readHead(piece: Uint8Array): void {
    const end = piece.findIndex((byte) => byte === COMMA || byte === HASH);
    const part = end < 0 ? piece : piece.subarray(0, end);
    this.#headLength += part.length;
    if (piece[end] === HASH || this.#headLength > MAX_HEAD) this.#fault = noComma();
    if (this.#fault !== undefined) return;
    this.#head.add(part.slice());
    if (end < 0) return;
    const type = new TextDecoder().decode(this.#head.joined()).replace(/[\t\n\r]/g, "");
    const isBase64 = /; *base64$/i.test(type.trimEnd());
    this.#begin(isBase64 ? "base64-url" : "bytes-url", piece.subarray(end + 1));
  }

  #begin(kind: "base64" | "base64-url" | "bytes-url", body: Uint8Array): void {
    this.#kind = kind;
    this.#readBody(body);
  }

  #readBody(piece: Uint8Array): void {
    if (this.#kind === "base64") return this.#emit(piece);
    if (this.#isFragment) return;
    const isPlain = this.#escape.length === 0 && !piece.includes(PERCENT) && !piece.includes(HASH);
    if (isPlain && this.#kind === "base64-url") return this.#emit(piece);
    this.#readEscapes(piece);
  }

  /** Decodes percent escapes. A `%` without two hexadecimal digits stays a `%`. */
  #readEscapes(piece: Uint8Array): void {
    const plain = new Uint8Array(piece.length + 2);
    let length = 0;
    let solid = 0;
    for (const byte of piece) {
      // Tabs and line breaks in a URL are ignored (URL Standard, section 4.4).
      if (byte === 0x09 || byte === 0x0a || byte === 0x0d) continue;
      if (this.#escape.length > 0 && isHex(byte)) {
        this.#escape.push(byte);
        if (this.#escape.length < 3) continue;
        const [, high = 0, low = 0] = this.#escape.splice(0);
        const escaped = parseInt(String.fromCharCode(high, low), 16);
        // Base64 must not contain a percent escape for white space that is not ASCII.
        const isBase64 = this.#kind === "base64-url";
        if (isBase64 && (escaped >= 0x80 || escaped === VERTICAL_TAB)) this.#fault = notBase64();
        plain[length++] = escaped;
        solid = length; // escaped white space is a part of the image
        continue;
      }
      for (const literal of this.#escape.splice(0)) {
        plain[length++] = literal;
        solid = length;
      }
      if (byte === HASH) {
        this.#isFragment = true;
        break;
      }
      if (byte === PERCENT) this.#escape = [byte];
      else plain[length++] = byte;
      if (byte !== PERCENT && !isWhite(byte)) solid = length;
    }
    this.#emit(plain.subarray(0, length), solid);
  }

  /**
   * Adds bytes of the text to the image. Decodes the bytes first if the text is base64.
   *
   * @param solid Length of `bytes` without white space at their end.
   */
  #emit(bytes: Uint8Array, solid = bytes.length): void {
    if (bytes.length === 0 || this.#fault !== undefined) return;
    if (this.#kind !== "bytes-url") {
      if (!this.#base64.write(bytes)) this.#fault = notBase64();
      return;
    }
    if (solid > 0) this.#trimmed = this.#out.length + solid;
    this.#out.room(bytes.length).set(bytes);
    this.#out.commit(bytes.length);
  }
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isWhite(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
