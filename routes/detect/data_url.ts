import { DomainError } from "../../src/core/domain_error.ts";

/** Content of a data URL: base64, or the bytes themselves. */
export type DataUrlBody =
  | { readonly base64: string }
  | { readonly bytes: Uint8Array<ArrayBuffer> };

const PERCENT = 0x25;

/** Value of each byte as a hexadecimal digit; -1 for a byte that is none. */
const HEX_DIGITS = Int8Array.from(
  { length: 256 },
  (_, byte) => "0123456789abcdef".indexOf(String.fromCharCode(byte).toLowerCase()),
);

/** Returns true for a text that begins like a data URL. */
export function isDataUrl(text: string): boolean {
  return /^\s*data:/i.test(text);
}

/**
 * Splits a data URL the way `fetch()` does (Fetch, section 6, "data: URL processor").
 *
 * The media type is ignored. `FileReader` writes `application/octet-stream`, or nothing, for a file
 * whose type it does not know.
 *
 * @throws {DomainError} `malformed-request` if there is no comma.
 */
export function readDataUrl(url: string): DataUrlBody {
  const [whole = ""] = url.split("#", 1); // a fragment
  const comma = whole.indexOf(",");
  if (comma === -1) {
    throw new DomainError(
      "malformed-request",
      'Cannot read "image" as a data URL must have a comma before its data: data:image/TYPE;base64,',
    );
  }
  const type = withoutBreaks(whole.slice(0, comma)).trimEnd();
  const body = whole.slice(comma + 1);
  const isBase64 = /; *base64$/i.test(type);
  if (isBase64 && !body.includes("%")) return { base64: body };
  const bytes = percentDecode(withoutBreaks(body));
  return isBase64 ? { base64: new TextDecoder().decode(bytes) } : { bytes };
}

/** Removes the characters that every URL may contain and that mean nothing (URL, section 4.4). */
function withoutBreaks(text: string): string {
  return text.replace(/[\t\n\r]/g, "");
}

/** Encodes a text as UTF-8, and decodes `%41` to the byte 0x41. Any other `%` stands for itself. */
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

/** Returns the byte of two hexadecimal digits; negative if they are none. */
function hexByte(high = 0, low = 0): number {
  return HEX_DIGITS[high]! << 4 | HEX_DIGITS[low]!;
}
