import { DomainError } from "../../src/core/domain_error.ts";

/** How much there may be to parse, and what it should look like. */
export interface JsonRules {
  /** Most commas and brackets: nesting is slow to parse, and each value takes memory. */
  readonly mostMarks: number;
  /** Most colons, so most keys: a million different ones take two seconds. */
  readonly mostColons: number;
  /** What to do instead where there are more; nothing where that is never needed. */
  readonly otherwise?: string;
  /** What the body should be, which a message shows. */
  readonly example: string;
}

/**
 * Parses JSON that must be an object.
 *
 * @throws {DomainError} `malformed-request`.
 */
export function parseJsonObject(body: Uint8Array, rules: JsonRules): Record<string, unknown> {
  const { mostMarks, mostColons, otherwise = "" } = rules;
  if (isIntricate(body, rules)) {
    throw new DomainError(
      "malformed-request",
      `Cannot read the body as the JSON must have at most ${mostMarks} commas and brackets, and ` +
        `${mostColons} colons${otherwise}`,
    );
  }
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new DomainError("malformed-request", "Cannot read the body as it is not valid JSON");
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return given as Record<string, unknown>;
  }
  throw new DomainError(
    "malformed-request",
    `Cannot read the body as the JSON must be an object: ${rules.example}`,
  );
}

function isIntricate(body: Uint8Array, { mostMarks, mostColons }: JsonRules): boolean {
  let marks = 0;
  let colons = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === 0x3a && ++colons > mostColons) return true;
    if (byte !== 0x2c && byte !== 0x5b && byte !== 0x7b) continue; // , [ {
    if (++marks > mostMarks) return true;
  }
  return false;
}
