import { DomainError } from "../../src/core/domain_error.ts";

/** Content of a data URL: base64 that is still to be decoded, or bytes. */
export type DataUrlBody =
  | { readonly base64: string }
  | { readonly bytes: Uint8Array<ArrayBuffer> };

const PERCENT = 0x25;

/** Value of each byte if it is a hexadecimal digit in ASCII. Otherwise -1. */
const HEX_DIGITS = Int8Array.from(
  { length: 256 },
  (_, byte) => "0123456789abcdef".indexOf(String.fromCharCode(byte).toLowerCase()),
);

/** Returns true if a text begins with `data:`. */
export function isDataUrl(text: string): boolean {
  return /^\s*data:/i.test(text);
}

/**
 * Returns the content of a data URL. Follows the rules of `fetch()` (Fetch Standard, section 6,
 * "data: URL processor").
 *
 * Ignores the media type, because it is often wrong: browsers write `application/octet-stream` for
 * a file whose type they do not know.
 *
 * @throws {DomainError} `malformed-request` if there is no comma.
 */
export function readDataUrl(url: string): DataUrlBody {
  const [whole = ""] = url.split("#", 1); // without the fragment
  const comma = whole.indexOf(",");
  if (comma === -1) {
    throw noComma();
  }
  const type = withoutBreaks(whole.slice(0, comma)).trimEnd();
  const body = whole.slice(comma + 1);
  const isBase64 = /; *base64$/i.test(type);
  if (isBase64 && !body.includes("%")) return { base64: body };
  const bytes = percentDecode(withoutBreaks(body));
  return isBase64 ? { base64: new TextDecoder().decode(bytes) } : { bytes };
}

/** Removes tabs and line breaks, which URL parsers ignore (URL Standard, section 4.4). */
function withoutBreaks(text: string): string {
  return text.replace(/[\t\n\r]/g, "");
}

/**
 * Converts a text to UTF-8 bytes. Percent escapes such as `%41` become one byte, here 0x41. A `%`
 * without two hexadecimal digits stays a `%`.
 */
function percentDecode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++, length++) {
    const escaped = bytes[i] === PERCENT ? hexByte(bytes[i + 1], bytes[i + 2]) : -1;
    bytes[length] = escaped < 0 ? bytes[i]! : escaped;
    if (escaped >= 0) i += 2;
  }
  return bytes.subarray(0, length);
}

/**
 * Returns the byte that two hexadecimal digits stand for. Returns a negative number if one of them
 * is not such a digit.
 */
function hexByte(high = 0, low = 0): number {
  return HEX_DIGITS[high]! << 4 | HEX_DIGITS[low]!;
}

/** Returns the error for a data URL without a comma. */
export function noComma(): DomainError {
  return new DomainError(
    "malformed-request",
    'Cannot read "image" as a data URL must have a comma before its data: data:image/TYPE;base64,',
  );
}
