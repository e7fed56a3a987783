import { ByteList } from "../../src/core/byte_list.ts";
import { JsonText } from "./json_text.ts";

/**
 * Receiver of the long texts (JSON strings) that a {@linkcode JsonSplitter} removes from a JSON
 * body.
 */
export interface TextSink {
  /**
   * Called at the start of a text. If the JSON repeats a key, a second text starts, which replaces
   * the first one.
   */
  start(): void;
  /**
   * Receives a piece of the text as UTF-8, without escapes. The receiver must not keep the piece,
   * because its memory is used again.
   */
  write(piece: Uint8Array): void;
  /**
   * Text that takes the place of a removed text in the JSON body. Must not need escapes in JSON.
   *
   * @default ""
   */
  readonly placeholder?: string;
}

/**
 * Path from the root of the JSON to a value. Contains a key for each object around the value, and
 * null for each array.
 */
export type JsonPath = readonly (string | null)[];

/** Array or object that has started but not ended. */
interface Level {
  readonly isObject: boolean;
  key: string | null;
}

/**
 * Maximum number of keys in the path of a text that the splitter can take out of the body. No caller
 * takes out texts that are nested deeper.
 */
const MAX_DEPTH = 8;
/** Maximum bytes of a key in a path, including its escapes. A longer key is null in the path. */
const MAX_KEY = 64;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/**
 * Removes long texts from a JSON body while the body arrives, and passes each text to a receiver in
 * pieces. The whole body is thus never in memory.
 *
 * `end()` returns the rest of the body, with the placeholder of the receiver (usually `""`) in
 * place of each removed text. The splitter checks that each removed text is valid JSON. The caller
 * must parse the rest with `JSON.parse()`, which refuses all other faults.
 */
export class JsonSplitter {
  readonly #wants: (path: JsonPath) => boolean;
  readonly #sink: TextSink;
  readonly #onRest: (piece: Uint8Array) => void;
  readonly #rest = new ByteList();
  #kept = 0;
  readonly #levels: Level[] = [];
  #depth = 0;
  #isInString = false;
  #isKeyNext = false;
  #isEscaped = false;
  #key: number[] | undefined;
  readonly #text: JsonText;

  /**
   * Creates a splitter.
   *
   * @param wants Returns true if the text at a path is to be removed and sent to `sink`.
   * @param onRest Called with each piece of the body that is not removed, before the piece is
   *   stored. May throw an error to refuse the body.
   */
  constructor(
    wants: (path: JsonPath) => boolean,
    sink: TextSink,
    onRest: (piece: Uint8Array) => void = () => {},
  ) {
    this.#wants = wants;
    this.#onRest = onRest;
    this.#sink = sink;
    this.#text = new JsonText((piece) => sink.write(piece));
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
      if (this.#text.isOpen) {
        this.#keep(chunk.slice(kept, at));
        const { end, isOver } = this.#text.read(chunk, at);
        kept = at = end;
        if (isOver) this.#keep(new TextEncoder().encode(`${this.#sink.placeholder ?? ""}"`));
      } else if (this.#isInString) at = this.#readString(chunk, at);
      else this.#readOutside(chunk[at++]!);
    }
    if (kept < at) this.#keep(chunk.slice(kept, at));
  }

  /** Number of bytes stored so far: the bytes of the body without the removed texts. */
  get kept(): number {
    return this.#kept;
  }

  /** Returns the body without the removed texts. */
  end(): Uint8Array<ArrayBuffer> {
    return this.#rest.joined();
  }

  #keep(bytes: Uint8Array): void {
    this.#onRest(bytes);
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
    this.#key = isKnown && this.#isKeyNext ? [] : undefined;
    this.#isInString = !isText;
    if (!isText) return;
    this.#text.open();
    this.#sink.start();
  }

  /** Reads a string that stays in the body. Returns the position after the string. */
  #readString(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#closeKey();
        this.#isInString = false;
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
}
