import { DomainError } from "../../src/core/domain_error.ts";
import { type FormField, type FormUpload, formUpload } from "./form_upload.ts";

/**
 * Maximum number of fields. Without a limit, a body with 10 million fields would take 17 s to
 * parse.
 */
const MAX_FIELDS = 64;

const [AMPERSAND, EQUALS, PLUS, COMMA, PERCENT, SPACE] = [0x26, 0x3d, 0x2b, 0x2c, 0x25, 0x20];

/** Value of each byte as a hexadecimal digit in ASCII. -1: the byte is not a hexadecimal digit. */
const HEX_DIGITS = Int8Array.from(
  { length: 256 },
  (_, byte) => "0123456789abcdef".indexOf(String.fromCharCode(byte).toLowerCase()),
);

/**
 * Reads a URL-encoded form with the image in the field `image`, as base64 or a data URL.
 *
 * @param body Whole body. The caller has limited its length. To save memory, the decoded fields
 *   overwrite the body.
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export function readUrlencoded(body: Uint8Array<ArrayBuffer>): FormUpload {
  const pairs = pairsOf(body.subarray(startsWithMark(body) ? 3 : 0));
  if (pairs.length <= MAX_FIELDS) return formUpload(pairs.flatMap(fieldsOf));
  throw new DomainError(
    "malformed-request",
    `Cannot read the form as it must have at most ${MAX_FIELDS} fields`,
  );
}

/** Returns true if a text starts with a byte order mark. */
function startsWithMark(text: Uint8Array): boolean {
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
}

/**
 * Splits a form at its ampersands into `name=value` pairs. Stops after one pair more than the
 * maximum.
 */
function pairsOf(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const pairs: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start <= body.length && pairs.length <= MAX_FIELDS;) {
    const found = body.indexOf(AMPERSAND, start);
    const end = found < 0 ? body.length : found;
    pairs.push(body.subarray(start, end));
    start = end + 1;
  }
  return pairs;
}

/** Parses a `name=value` pair to a field. Returns an empty array for an empty text. */
function fieldsOf(pair: Uint8Array<ArrayBuffer>): FormField[] {
  // Ignores a question mark at the start, as `URLSearchParams` does.
  const text = pair[0] === 0x3f ? pair.subarray(1) : pair;
  if (text.length === 0) return [];
  const found = text.indexOf(EQUALS);
  const end = found < 0 ? text.length : found;
  const name = new TextDecoder().decode(unescapeInPlace(text.subarray(0, end)));
  const bytes = unescapeInPlace(text.subarray(end + 1));
  if (name === "image") restorePluses(bytes);
  return [{ name, bytes, isFile: false }];
}

/** Replaces `+` by a space, and each percent escape by its byte (URL Standard, section 5.1). */
function unescapeInPlace(text: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    const escaped = byte === PERCENT && i + 2 < text.length
      ? HEX_DIGITS[text[i + 1]!]! << 4 | HEX_DIGITS[text[i + 2]!]!
      : -1;
    if (escaped >= 0) i += 2;
    text[length++] = escaped >= 0 ? escaped : byte === PLUS ? SPACE : byte;
  }
  return text.subarray(0, length);
}

/**
 * Replaces spaces in base64 by `+`.
 *
 * In a URL-encoded form, `+` means a space. Clients must send the `+` of base64 as `%2B`, but
 * `curl -d "image=$(base64 photo.jpg)"` does not.
 *
 * @param text Base64 or a data URL. In a data URL, only the text after the comma is base64.
 */
function restorePluses(text: Uint8Array): void {
  for (let i = text.indexOf(COMMA) + 1; i < text.length; i++) {
    if (text[i] === SPACE) text[i] = PLUS;
  }
}
