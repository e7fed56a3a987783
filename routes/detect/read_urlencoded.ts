import { DomainError } from "../../src/core/domain_error.ts";
import { type FormField, type FormUpload, formUpload } from "./form_upload.ts";

/**
 * Maximum number of fields. Without a limit, a body with 10 million fields would take 17 s to
 * parse.
 */
const MAX_FIELDS = 64;

/**
 * Reads a URL-encoded form with the image in the field `image`, as base64 or a data URL.
 *
 * @param body Whole body. The caller has limited its length.
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export function readUrlencoded(body: Uint8Array): FormUpload {
  const pairs = new TextDecoder().decode(body).split("&", MAX_FIELDS + 1);
  if (pairs.length <= MAX_FIELDS) return formUpload(pairs.flatMap(fieldsOf));
  throw new DomainError(
    "malformed-request",
    `Cannot read the form as it must have at most ${MAX_FIELDS} fields`,
  );
}

/** Parses a `name=value` pair to a field. Returns an empty array for an empty text. */
function fieldsOf(pair: string): FormField[] {
  return [...new URLSearchParams(pair)].map(([name, value]) => ({
    name,
    value: name === "image" ? withPluses(value) : value,
  }));
}

/**
 * Replaces spaces in base64 by `+`.
 *
 * In a URL-encoded form, `+` means a space. Clients must send the `+` of base64 as `%2B`, but
 * `curl -d "image=$(base64 photo.jpg)"` does not.
 *
 * @param text Base64 or a data URL. In a data URL, only the text after the comma is base64.
 */
function withPluses(text: string): string {
  const start = text.indexOf(",") + 1;
  return text.slice(0, start) + text.slice(start).replaceAll(" ", "+");
}
