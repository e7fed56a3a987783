import { ByteList } from "../../src/core/byte_list.ts";
import type { TextSink } from "../http/json_splitter.ts";

/** Maximum bytes of an API key that are kept. No key is longer. */
const MAX_SECRET = 1024;

/** API key in a JSON body. It is taken out of the JSON while the body arrives. */
export class SecretText implements TextSink {
  #bytes: ByteList | undefined;
  #length = 0;

  /** API key so far. Undefined: the body has none yet. */
  get value(): string | undefined {
    return this.#bytes && new TextDecoder().decode(this.#bytes.joined());
  }

  /** Starts a key. Drops the key before, if there is one. */
  start(): void {
    this.#bytes = new ByteList();
    this.#length = 0;
  }

  /** Adds a piece of the key. Drops the bytes that no key has. */
  write(piece: Uint8Array): void {
    const part = piece.slice(0, Math.max(0, MAX_SECRET - this.#length));
    this.#length += part.length;
    this.#bytes?.add(part);
  }
}
