import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/problem.ts";

/** Maximum characters of a text field. A list of all labels of the largest data sets is shorter. */
const MAX_CHARACTERS = 16_384;

/**
 * Maximum bytes of a text field that are decoded. A longer field certainly has more than {@linkcode
 * MAX_CHARACTERS} characters (UTF-16 code units), because each takes at most three bytes in UTF-8.
 */
export const MAX_FIELD_BYTES = 3 * (MAX_CHARACTERS + 1);

/**
 * Names of fields that contain a list. If a client sends such a field several times, the values are
 * joined with commas.
 */
const LISTS: readonly string[] = ["classes", "scores"];

/**
 * Returns the text of each field.
 *
 * @param fields Values of each field, by field name. A value that is not a string is a file.
 * @throws {DomainError} `invalid-option` if a field is a file or too long, or if a field that is
 *   not a list is repeated.
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
