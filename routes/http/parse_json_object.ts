import { DomainError } from "../../src/core/domain_error.ts";

/** Options of {@linkcode parseJsonObject}. */
export interface JsonOptions {
  /**
   * Maximum number of commas and opening brackets. Limits the depth of the JSON, because deep
   * nesting is slow to parse. Also limits the number of values, because each value takes memory.
   */
  readonly maxMarks: number;
  /**
   * Maximum number of colons, and thus of keys. A million different keys would take 2 s to parse.
   */
  readonly maxColons: number;
  /** Advice at the end of the error message for a body above these limits. Unset: no advice. */
  readonly remedy?: string;
  /** Example of a valid body, for the error message. */
  readonly example: string;
}

/**
 * Parses a body that must be a JSON object.
 *
 * @throws {DomainError} `malformed-request` if the JSON is invalid, exceeds a limit or is not an
 *   object.
 */
export function parseJsonObject(body: Uint8Array, options: JsonOptions): Record<string, unknown> {
  const { example } = options;
  new JsonComplexity(options).add(body);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new DomainError("malformed-request", "Cannot read the body as it is not valid JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new DomainError(
    "malformed-request",
    `Cannot read the body as the JSON must be an object: ${example}`,
  );
}

/** Counter of the commas, opening brackets and colons of a JSON body while the body arrives. */
export class JsonComplexity {
  readonly #options: JsonOptions;
  #marks = 0;
  #colons = 0;

  /** Creates a counter with the limits of `options`. */
  constructor(options: JsonOptions) {
    this.#options = options;
  }

  /**
   * Counts a piece of the body.
   *
   * @throws {DomainError} `malformed-request` if the body exceeds a limit.
   */
  add(piece: Uint8Array): void {
    const { maxMarks, maxColons, remedy = "" } = this.#options;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i];
      if (byte === 0x3a) this.#colons++; // :
      else if (byte === 0x2c || byte === 0x5b || byte === 0x7b) this.#marks++; // , [ {
      else continue;
      if (this.#marks <= maxMarks && this.#colons <= maxColons) continue;
      throw new DomainError(
        "malformed-request",
        `Cannot read the body as the JSON must have at most ${maxMarks} commas and brackets, and ` +
          `${maxColons} colons${remedy}`,
      );
    }
  }
}
