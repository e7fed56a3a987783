import type { DomainError } from "../../src/core/domain_error.ts";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import { isDataUrl, noComma } from "./data_url.ts";
import { notBase64 } from "./decode_image_text.ts";
import { GrowingBytes } from "../http/growing_bytes.ts";
import type { TextSink } from "../http/json_splitter.ts";

/** Maximum bytes before the comma of a data URL. */
const MAX_HEAD = 64 * 1024;

const [PERCENT, HASH, COMMA, EQUALS] = [0x25, 0x23, 0x2c, 0x3d];
const [WHITE_SPACE, OTHER] = [64, 65];

/**
 * Meaning of each byte in base64: its value from 0 to 63, {@linkcode WHITE_SPACE} or
 * {@linkcode OTHER}.
 */
const SEXTETS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(char);
  return "\t\n\f\r ".includes(char) ? WHITE_SPACE : value < 0 ? OTHER : value;
});

/**
 * Decodes base64 in pieces. Like `Uint8Array.fromBase64()`, ignores white space and accepts base64
 * without padding.
 */
class Base64Decoder {
  readonly #out: GrowingBytes;
  #bits = 0;
  #count = 0;
  #padding = 0;
  /** White space that is not ASCII, such as U+00A0. It is only allowed at the end of the text. */
  #tail = "";
  readonly #utf8 = new TextDecoder();

  constructor(out: GrowingBytes) {
    this.#out = out;
  }

  /** True if the text has white space that is only allowed at its end. */
  get hasTail(): boolean {
    return this.#tail !== "";
  }

  /** Decodes a piece. Returns false if the text is not base64. */
  write(piece: Uint8Array): boolean {
    const out = this.#out.room(piece.length + 3);
    let { bits, count } = { bits: this.#bits, count: this.#count };
    let length = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      const value = SEXTETS[byte]!;
      if (value < WHITE_SPACE && this.#padding === 0 && this.#tail === "") {
        bits = bits << 6 | value;
        if ((++count & 3) !== 0) continue;
        out[length++] = bits >> 16;
        out[length++] = bits >> 8;
        out[length++] = bits;
        bits = 0;
      } else if (value === WHITE_SPACE) continue;
      else if (byte === EQUALS && this.#tail === "") this.#padding++;
      else if (byte >= 0x80 || byte === 0x0b) {
        this.#tail += this.#utf8.decode(piece.subarray(i), { stream: true }).trim() || " ";
        if (this.#tail.trim() !== "" || this.#tail.length > MAX_HEAD) return false;
        break;
      } else return false;
    }
    this.#bits = bits;
    this.#count = count & 3;
    this.#out.commit(length);
    return true;
  }

  /** Ends the text. Returns false if it is not base64. */
  end(): boolean {
    if ((this.#tail + this.#utf8.decode()).trim() !== "") return false;
    const [count, padding] = [this.#count, this.#padding];
    if (count === 1 || (padding > 0 && (count < 2 || padding !== 4 - count))) return false;
    const out = this.#out.room(2);
    if (count === 2) out[0] = this.#bits >> 4;
    if (count === 3) {
      out[0] = this.#bits >> 10;
      out[1] = this.#bits >> 2;
    }
    this.#out.commit(Math.max(0, count - 1));
    return true;
  }
}

/**
 * Decodes an image in base64, or in a data URL of any media type, while its text arrives.
 *
 * Returns the same bytes as {@linkcode decodeImageText}. Only `end()` throws errors: if the JSON
 * key of the image is repeated, a valid text may replace an invalid one.
 */
export class ImageTextDecoder implements TextSink {
  readonly #out: GrowingBytes;
  #base64: Base64Decoder;
  #kind: "head" | "base64" | "base64-url" | "bytes-url" = "head";
  #head = new Uint8Array(0);
  #isEmpty = true;
  #fault: DomainError | undefined;
  /** First characters of a percent escape that continues in the next piece. */
  #escape: number[] = [];
  #isFragment = false;
  /** Length of the decoded bytes without white space at their end. */
  #trimmed = 0;

  /**
   * Creates a decoder.
   *
   * @param expected Expected number of bytes of the image.
   * @param onBytes Called during decoding with the number of new bytes.
   */
  constructor(expected: number, onBytes: (bytes: number) => void) {
    this.#out = new GrowingBytes(expected, onBytes);
    this.#base64 = new Base64Decoder(this.#out);
  }

  /** True if the last text has no characters. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Starts a new text. Drops the text before, if there is one. */
  start(): void {
    this.#out.truncate(0);
    this.#base64 = new Base64Decoder(this.#out);
    this.#kind = "head";
    this.#head = new Uint8Array(0);
    this.#isEmpty = true;
    this.#fault = undefined;
    this.#escape = [];
    this.#isFragment = false;
    this.#trimmed = 0;
  }

  /** Decodes a piece of the text. */
  write(piece: Uint8Array): void {
    this.#isEmpty = false;
    if (this.#fault !== undefined) return;
    if (this.#kind === "head") this.#readHead(piece, false);
    else this.#readBody(piece);
  }

  /**
   * Ends the text and returns its bytes.
   *
   * @throws {DomainError} `malformed-request` if the text is neither base64 nor a data URL.
   */
  end(): Uint8Array<ArrayBuffer> {
    if (this.#kind === "head" && this.#fault === undefined) this.#readHead(new Uint8Array(0), true);
    for (const byte of this.#escape) this.#emit(Uint8Array.of(byte));
    if (this.#isFragment && this.#base64.hasTail) this.#fault ??= notBase64();
    if (this.#kind !== "bytes-url" && !this.#base64.end()) this.#fault ??= notBase64();
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#kind === "bytes-url" && !this.#isFragment) this.#out.truncate(this.#trimmed);
    return this.#out.taken();
  }

  /** Collects the start of the text until it is clear that the text is base64 or a data URL. */
  #readHead(piece: Uint8Array, isEnd: boolean): void {
    this.#head = joinedBytes([this.#head, piece]);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#head);
    const start = text.trimStart();
    const white = new TextEncoder().encode(text.slice(0, text.length - start.length)).length;
    this.#head = this.#head.slice(white);
    if (start.length < "data:".length && !isEnd) return;
    if (!isDataUrl(start)) return this.#begin("base64", 0);
    const [comma, hash] = [this.#head.indexOf(COMMA), this.#head.indexOf(HASH)];
    if (comma >= 0 && (hash < 0 || comma < hash)) {
      const type = new TextDecoder().decode(this.#head.subarray(0, comma)).replace(/[\t\n\r]/g, "");
      const isBase64 = /; *base64$/i.test(type.trimEnd());
      this.#begin(isBase64 ? "base64-url" : "bytes-url", comma + 1);
    } else if (isEnd || hash >= 0 || this.#head.length > MAX_HEAD) this.#fault = noComma();
  }

  #begin(kind: "base64" | "base64-url" | "bytes-url", at: number): void {
    this.#kind = kind;
    const body = this.#head.subarray(at);
    this.#head = new Uint8Array(0);
    this.#readBody(body);
  }

  #readBody(piece: Uint8Array): void {
    if (this.#kind === "base64") return this.#emit(piece);
    const isPlain = this.#escape.length === 0 && !piece.includes(PERCENT) && !piece.includes(HASH);
    if (this.#isFragment) return;
    if (isPlain && this.#kind === "base64-url") return this.#emit(piece);
    const plain = new Uint8Array(piece.length + 2);
    let length = 0;
    const flush = () => {
      this.#emit(plain.subarray(0, length));
      length = 0;
    };
    for (const byte of piece) {
      if (byte === 0x09 || byte === 0x0a || byte === 0x0d) continue; // URL, section 4.4
      if (this.#escape.length > 0 && isHex(byte)) {
        this.#escape.push(byte);
        if (this.#escape.length < 3) continue;
        flush();
        this.#emit(
          Uint8Array.of(parseInt(String.fromCharCode(...this.#escape.splice(0).slice(1)), 16)),
          true,
        );
        continue;
      }
      for (const literal of this.#escape.splice(0)) plain[length++] = literal;
      if (byte === HASH) {
        this.#isFragment = true;
        break;
      }
      if (byte === PERCENT) {
        flush();
        this.#escape = [byte];
      } else plain[length++] = byte;
      if (length >= piece.length) flush();
    }
    flush();
  }

  /**
   * Adds bytes of the text or, for a data URL, of the text after its comma.
   *
   * @param isEscaped True if the bytes come from a percent escape, such as `%20`. Escaped white
   *   space is part of the image, so it is not removed at the end.
   */
  #emit(bytes: Uint8Array, isEscaped = false): void {
    if (bytes.length === 0 || this.#fault !== undefined) return;
    if (this.#kind === "bytes-url") {
      this.#out.room(bytes.length).set(bytes);
      this.#out.commit(bytes.length);
      const last = isEscaped ? bytes.length - 1 : bytes.findLastIndex((byte) => !isWhite(byte));
      if (last >= 0) this.#trimmed = this.#out.length - (bytes.length - 1 - last);
      return;
    }
    const isText = !isEscaped || (bytes[0]! < 0x80 && bytes[0] !== 0x0b);
    if (!isText || !this.#base64.write(bytes)) this.#fault = notBase64();
  }
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isWhite(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
