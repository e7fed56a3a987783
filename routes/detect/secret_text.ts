import { ByteList } from "../../src/core/byte_list.ts";
import type { TextSink } from "../http/json_splitter.ts";

/** Maximum bytes of an API key that are kept in memory. No valid API key is longer. */
const MAX_SECRET = 1024;

/** API key in a JSON body. The key is removed from the JSON while the body arrives. */
export class SecretText implements TextSink {
  #bytes: ByteList | undefined;
  #length = 0;

  /** Text of the API key that has arrived so far. Undefined: no API key has started. */
  get value(): string | undefined {
    return this.#bytes && new TextDecoder().decode(this.#bytes.joined());
  }

  /** Called at the start of an API key. Drops the previous API key. */
  start(): void {
    this.#bytes = new ByteList();
    this.#length = 0;
  }

  /** Adds a piece of the API key. Drops bytes beyond {@linkcode MAX_SECRET}. */
  write(piece: Uint8Array): void {
    const part = piece.slice(0, Math.max(0, MAX_SECRET - this.#length));
    this.#length += part.length;
    this.#bytes?.add(part);
  }
}
