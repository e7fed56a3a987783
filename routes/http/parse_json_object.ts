import { DomainError } from "../../src/core/domain_error.ts";

/** Options of {@linkcode parseJsonObject}. */
export interface JsonOptions {
  /**
   * Maximum number of commas and opening brackets. This limits the depth, because deep nesting is
   * slow to parse. It also limits the number of values, because each value takes memory.
   */
  readonly maxMarks: number;
  /**
   * Maximum number of colons. This limits the number of keys: a million different keys take 2 s to
   * parse.
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
  const { maxMarks, maxColons, remedy = "", example } = options;
  if (isTooComplex(body, options)) {
    throw new DomainError(
      "malformed-request",
      `Cannot read the body as the JSON must have at most ${maxMarks} commas and brackets, and ` +
        `${maxColons} colons${remedy}`,
    );
  }
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

function isTooComplex(body: Uint8Array, { maxMarks, maxColons }: JsonOptions): boolean {
  let marks = 0;
  let colons = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === 0x3a && ++colons > maxColons) return true; // :
    if (byte !== 0x2c && byte !== 0x5b && byte !== 0x7b) continue; // , [ {
    if (++marks > maxMarks) return true;
  }
  return false;
}
