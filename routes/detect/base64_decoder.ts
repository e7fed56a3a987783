import { DomainError } from "../../src/core/domain_error.ts";
import type { ByteOutput } from "../http/growing_bytes.ts";

const EQUALS = 0x3d;
const [WHITE_SPACE, OTHER] = [64, 65];

/**
 * Characters of base64 that a decoder accepts: those of the standard alphabet, or also those of the
 * URL-safe one, `-` and `_` (RFC 4648, section 5).
 */
export type Base64Alphabet = "standard" | "either";

/**
 * Meaning of each byte in each alphabet: its value from 0 to 63, {@linkcode WHITE_SPACE} or
 * {@linkcode OTHER}.
 */
const SEXTETS: Readonly<Record<Base64Alphabet, Uint8Array>> = {
  standard: sextetsOf({}),
  either: sextetsOf({ "-": "+", _: "/" }),
};

/** Returns the meaning of each byte. `aliases` are characters that mean another one. */
function sextetsOf(aliases: Readonly<Record<string, string>>): Uint8Array {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const char = String.fromCharCode(byte);
    const value = alphabet.indexOf(aliases[char] ?? char);
    return "\t\n\f\r ".includes(char) ? WHITE_SPACE : value < 0 ? OTHER : value;
  });
}

/**
 * Decoder of base64 that arrives in pieces. Ignores white space and accepts base64 without padding,
 * like `Uint8Array.fromBase64()`.
 */
export class Base64Decoder {
  readonly #out: ByteOutput;
  readonly #sextets: Uint8Array;
  #bits = 0;
  #count = 0;
  #padding = 0;
  #hasTail = false;
  readonly #utf8 = new TextDecoder();

  /**
   * Creates a decoder.
   *
   * @param out Receives the decoded bytes. May overwrite the base64 text that has already been
   *   decoded.
   * @param alphabet Characters that the decoder accepts.
   */
  constructor(out: ByteOutput, alphabet: Base64Alphabet = "standard") {
    this.#out = out;
    this.#sextets = SEXTETS[alphabet];
  }

  /** True if the text ends with white space that is not allowed inside base64, such as U+00A0. */
  get hasTail(): boolean {
    return this.#hasTail;
  }

  /** Decodes a piece of the text. Returns false if the text is not base64. */
  write(piece: Uint8Array): boolean {
    const out = this.#out.room((3 * piece.length >> 2) + 3);
    const sextets = this.#sextets;
    let { bits, count } = { bits: this.#bits, count: this.#count };
    let length = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      const value = sextets[byte]!;
      if (value < WHITE_SPACE && this.#padding === 0 && !this.#hasTail) {
        bits = bits << 6 | value;
        if ((++count & 3) !== 0) continue;
        out[length++] = bits >> 16;
        out[length++] = bits >> 8;
        out[length++] = bits;
        bits = 0;
      } else if (value === WHITE_SPACE) continue;
      else if (byte === EQUALS && !this.#hasTail) this.#padding++;
      else if (byte >= 0x80 || byte === 0x0b) {
        this.#hasTail = true;
        if (this.#utf8.decode(piece.subarray(i), { stream: true }).trim() !== "") return false;
        break;
      } else return false;
    }
    this.#bits = bits;
    this.#count = count & 3;
    this.#out.commit(length);
    return true;
  }

  /**
   * Decodes the last characters at the end of the text. Returns false if the text is not base64.
   */
  end(): boolean {
    if (this.#utf8.decode() !== "") return false; // ends within a character
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

/** Returns the error for a text that is not base64. */
export function notBase64(): DomainError {
  return new DomainError(
    "malformed-request",
    "Cannot read the image as it is not base64: letters, digits, + and /, with = at the end",
  );
}
