import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/problem.ts";

/** Maximum length of a value; the labels of the largest data sets have as many characters. */
const MAX_CHARACTERS = 16_384;

/** Fields that are lists: their values are joined with commas if they are repeated. */
const LISTS: readonly string[] = ["classes"];

/**
 * Returns one text per field.
 *
 * @param fields Values of each field; a value that is no string is a file.
 * @throws {DomainError} `invalid-option` for a field that is a file or too long, or repeated and no
 *   list.
 */
export function textFields(
  fields: Readonly<Record<string, readonly unknown[]>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, values]) => {
      if (values.length !== 1 && !LISTS.includes(name)) {
        throw notOneText(name, `it is there ${values.length} times`);
      }
      if (values.some((value) => typeof value !== "string")) throw notOneText(name, "it is a file");
      const value = values.join(",");
      if (value.length > MAX_CHARACTERS) {
        throw notOneText(name, `it has more than ${MAX_CHARACTERS} characters`);
      }
      return [name, value];
    }),
  );
}

function notOneText(name: string, found: string): DomainError {
  return new DomainError(
    "invalid-option",
    `Cannot detect as "${shorten(name)}" must be one text: ${found}`,
  );
}
