import { ByteList } from "../../src/core/byte_list.ts";
import { DomainError } from "../../src/core/domain_error.ts";

/** Receiver of the texts that a {@linkcode JsonSplitter} takes out of a JSON body. */
export interface TextSink {
  /** Starts a text. If there are several, as with repeated keys, the last one counts. */
  start(): void;
  /**
   * Receives a piece of the text as UTF-8, without escapes. The piece may change after the call.
   */
  write(piece: Uint8Array): void;
}

/** Path to a value: the key in each object, and null in each array. */
export type JsonPath = readonly (string | null)[];

/** Array or object that is open. */
interface Level {
  readonly isObject: boolean;
  key: string | null;
}

/** Maximum length of a path. Deeper texts stay in the body, because no caller wants them. */
const MAX_DEPTH = 8;
/** Maximum bytes of a key that a path can contain, with each character escaped. */
const MAX_KEY = 64;

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

/**
 * Takes long texts out of a JSON body while it arrives, so that neither the body nor the texts are
 * ever in memory as a whole.
 *
 * The rest of the body has `""` in place of each text. The splitter checks the texts itself, and
 * `JSON.parse()` then checks the rest. Both together refuse the bodies that `JSON.parse()`
 * alone would refuse.
 */
export class JsonSplitter {
  readonly #wants: (path: JsonPath) => boolean;
  readonly #sink: TextSink;
  readonly #rest = new ByteList();
  #kept = 0;
  readonly #levels: Level[] = [];
  #depth = 0;
  #state: "outside" | "string" | "text" = "outside";
  #isKeyNext = false;
  #isEscaped = false;
  #key: number[] | undefined;
  /** Bytes of the current escape after its backslash. Unset: no escape has begun. */
  #escape: number[] | undefined;
  #highSurrogate: number | undefined;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
  #isUtf8Open = false;
  readonly #buffer = new Uint8Array(4096);
  #buffered = 0;

  /**
   * Creates a splitter.
   *
   * @param wants Decides by the path of a text: true sends the text to the sink.
   */
  constructor(wants: (path: JsonPath) => boolean, sink: TextSink) {
    this.#wants = wants;
    this.#sink = sink;
  }

  /**
   * Reads the next bytes of the body.
   *
   * @throws {DomainError} `malformed-request` if a text is not a valid JSON string.
   */
  write(chunk: Uint8Array): void {
    let at = 0;
    let kept = 0;
    while (at < chunk.length) {
      if (this.#state === "text") {
        this.#keep(chunk.slice(kept, at));
        kept = at = this.#readText(chunk, at);
      } else if (this.#state === "string") at = this.#readString(chunk, at);
      else this.#readOutside(chunk[at++]!);
    }
    if (kept < at) this.#keep(chunk.slice(kept, at));
  }

  /** Number of bytes of the rest so far. */
  get kept(): number {
    return this.#kept;
  }

  /** Returns the rest of the body. */
  end(): Uint8Array<ArrayBuffer> {
    return this.#rest.joined();
  }

  #keep(bytes: Uint8Array): void {
    this.#kept += bytes.length;
    this.#rest.add(bytes);
  }

  #readOutside(byte: number): void {
    switch (byte) {
      case QUOTE:
        return this.#open();
      case 0x7b: // {
      case 0x5b: // [
        this.#isKeyNext = byte === 0x7b;
        if (this.#depth < MAX_DEPTH) this.#levels.push({ isObject: this.#isKeyNext, key: null });
        this.#depth++;
        return;
      case 0x7d: // }
      case 0x5d: // ]
        if (this.#depth <= MAX_DEPTH) this.#levels.pop();
        this.#depth = Math.max(0, this.#depth - 1);
        this.#isKeyNext = false;
        return;
      case 0x2c: // ,
        this.#isKeyNext = this.#depth <= MAX_DEPTH && this.#levels.at(-1)?.isObject === true;
        return;
      case 0x3a: // :
        this.#isKeyNext = false;
    }
  }

  #open(): void {
    const isKnown = this.#depth <= MAX_DEPTH;
    const isText = isKnown && !this.#isKeyNext &&
      this.#wants(this.#levels.map(({ isObject, key }) => isObject ? key : null));
    this.#state = isText ? "text" : "string";
    this.#key = isKnown && this.#isKeyNext ? [] : undefined;
    if (isText) this.#sink.start();
  }

  /** Skips a string that stays in the rest. Returns the position after it. */
  #readString(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#closeKey();
        this.#state = "outside";
        return at + 1;
      }
      if (this.#key !== undefined && this.#key.length <= MAX_KEY) this.#key.push(byte);
    }
    return chunk.length;
  }

  #closeKey(): void {
    const level = this.#levels.at(-1);
    if (this.#key === undefined || level === undefined) return;
    try {
      const text = new TextDecoder().decode(Uint8Array.from(this.#key));
      level.key = this.#key.length > MAX_KEY ? null : JSON.parse(`"${text}"`) as string;
    } catch {
      level.key = null; // the rest is not valid JSON either
    }
    this.#key = undefined;
  }

  /** Reads a text for the sink. Returns the position after it, or the end of the chunk. */
  #readText(chunk: Uint8Array, start: number): number {
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
      if (at === chunk.length) return at;
      this.#closeUtf8();
      at++;
      if (byte === BACKSLASH) this.#escape = [];
      else if (byte === QUOTE) {
        this.#endSurrogate();
        this.#flush();
        this.#keep(Uint8Array.of(QUOTE));
        this.#state = "outside";
        return at;
      } else throw invalid();
    }
    return at;
  }

  #emitPlain(piece: Uint8Array, isAscii: boolean): void {
    this.#endSurrogate();
    this.#flush();
    if (!isAscii || this.#isUtf8Open) {
      this.#isUtf8Open = true;
      this.#checkUtf8(piece);
    }
    this.#sink.write(piece);
  }

  #closeUtf8(): void {
    if (this.#isUtf8Open) this.#checkUtf8();
    this.#isUtf8Open = false;
  }

  /** Checks that the next bytes are valid UTF-8. Unset `piece`: checks their end. */
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

  /** Emits a UTF-16 code unit. A surrogate without its other half becomes U+FFFD. */
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
    if (this.#buffered > 0) this.#sink.write(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}

function invalid(): DomainError {
  return new DomainError("malformed-request", "Cannot read the body as it is not valid JSON");
}
