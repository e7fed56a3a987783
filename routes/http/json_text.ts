import { DomainError } from "../../src/core/domain_error.ts";

const [QUOTE, BACKSLASH, SLASH] = [0x22, 0x5c, 0x2f];
const SHORT_ESCAPES: Readonly<Record<number, number>> = {
  [QUOTE]: QUOTE,
  [BACKSLASH]: BACKSLASH,
  [SLASH]: SLASH,
  0x62: 0x08, // b
  0x66: 0x0c, // f
  0x6e: 0x0a, // n
  0x72: 0x0d, // r
  0x74: 0x09, // t
};
const LETTER_U = 0x75;
const REPLACEMENT = 0xfffd;

/** Reader of JSON strings that arrive in pieces. Checks each string and decodes its escapes. */
export class JsonText {
  readonly #emit: (piece: Uint8Array) => void;
  #isOpen = false;
  /** Bytes of an incomplete escape, without its backslash. Unset: no escape is incomplete. */
  #escape: number[] | undefined;
  #highSurrogate: number | undefined;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
  #isUtf8Open = false;
  readonly #buffer = new Uint8Array(4096);
  #buffered = 0;

  /**
   * Creates a reader.
   *
   * @param emit Receives the pieces of the strings as UTF-8, without escapes. The function must not
   *   keep a piece, because its memory is used again.
   */
  constructor(emit: (piece: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** True from `open()` until the closing quotation mark has been read. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Starts a string. Must be called after the opening quotation mark of the string. */
  open(): void {
    this.#isOpen = true;
  }

  /**
   * Reads the next bytes of the string.
   *
   * @returns `end`: position after the last byte that belongs to the string. `isOver`: true if the
   *   string has ended.
   * @throws {DomainError} `malformed-request` if the text is not a valid JSON string.
   */
  read(chunk: Uint8Array, start: number): { readonly end: number; readonly isOver: boolean } {
    let at = start;
    while (at < chunk.length) {
      if (this.#escape !== undefined) {
        this.#readEscape(this.#escape, chunk[at++]!);
        continue;
      }
      const from = at;
      let isAscii = true;
      let byte = 0x20;
      for (; at < chunk.length; at++) {
        byte = chunk[at]!;
        if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) break;
        if (byte >= 0x80) isAscii = false;
      }
      if (at > from) this.#emitPlain(chunk.subarray(from, at), isAscii);
      if (at === chunk.length) break;
      this.#closeUtf8();
      at++;
      if (byte === BACKSLASH) this.#escape = [];
      else if (byte === QUOTE) {
        this.#endSurrogate();
        this.#flush();
        this.#isOpen = false;
        return { end: at, isOver: true };
      } else throw invalid();
    }
    return { end: at, isOver: false };
  }

  #emitPlain(piece: Uint8Array, isAscii: boolean): void {
    this.#endSurrogate();
    this.#flush();
    if (!isAscii || this.#isUtf8Open) {
      this.#isUtf8Open = true;
      this.#checkUtf8(piece);
    }
    this.#emit(piece);
  }

  #closeUtf8(): void {
    if (this.#isUtf8Open) this.#checkUtf8();
    this.#isUtf8Open = false;
  }

  /**
   * Checks that a piece of the text continues valid UTF-8. If `piece` is unset, checks that the
   * text does not end within a character.
   */
  #checkUtf8(piece?: Uint8Array): void {
    try {
      if (piece === undefined) this.#utf8.decode();
      else this.#utf8.decode(piece, { stream: true });
    } catch {
      throw invalid();
    }
  }

  #readEscape(escape: number[], byte: number): void {
    escape.push(byte);
    if (escape[0] !== LETTER_U) {
      const short = SHORT_ESCAPES[byte];
      if (short === undefined) throw invalid();
      this.#escape = undefined;
      this.#emitUnit(short);
    } else if (escape.length === 5) {
      const digits = String.fromCharCode(...escape.slice(1));
      if (!/^[\da-f]{4}$/i.test(digits)) throw invalid();
      this.#escape = undefined;
      this.#emitUnit(parseInt(digits, 16));
    }
  }

  /**
   * Emits one UTF-16 code unit of the text. A surrogate that is not part of a pair becomes U+FFFD.
   */
  #emitUnit(unit: number): void {
    const high = this.#highSurrogate;
    if (high !== undefined && unit >= 0xdc00 && unit <= 0xdfff) {
      this.#highSurrogate = undefined;
      return this.#emitCodePoint(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
    }
    this.#endSurrogate();
    if (unit >= 0xd800 && unit <= 0xdbff) this.#highSurrogate = unit;
    else this.#emitCodePoint(unit >= 0xdc00 && unit <= 0xdfff ? REPLACEMENT : unit);
  }

  #endSurrogate(): void {
    if (this.#highSurrogate === undefined) return;
    this.#highSurrogate = undefined;
    this.#emitCodePoint(REPLACEMENT);
  }

  #emitCodePoint(code: number): void {
    if (this.#buffered > this.#buffer.length - 4) this.#flush();
    if (code < 0x80) this.#buffer[this.#buffered++] = code;
    else {
      const bytes = new TextEncoder().encode(String.fromCodePoint(code));
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
  }

  #flush(): void {
    if (this.#buffered > 0) this.#emit(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}

function invalid(): DomainError {
  return new DomainError("malformed-request", "Cannot read the body as it is not valid JSON");
}
