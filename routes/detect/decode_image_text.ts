import { decodeBase64 } from "hono/utils/encode";
import { DomainError } from "../../src/core/domain_error.ts";
import { isDataUrl, readDataUrl } from "./data_url.ts";

/**
 * Returns the bytes of an image file that a client sent as base64 or as a data URL.
 *
 * Ignores white space. Also ignores the media type in a data URL.
 *
 * @throws {DomainError} `malformed-request` if the text is neither base64 nor a data URL.
 */
export function decodeImageText(text: string): Uint8Array<ArrayBuffer> {
  const trimmed = text.trim();
  if (!isDataUrl(trimmed)) return fromBase64(trimmed);
  const body = readDataUrl(trimmed);
  return "bytes" in body ? body.bytes : fromBase64(body.base64);
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  try {
    // Prefers the built-in function. The fallback decodeBase64() is JavaScript and takes 0.2 s for
    // 20 MB.
    return "fromBase64" in Uint8Array ? Uint8Array.fromBase64(base64) : decodeBase64(base64);
  } catch {
    throw notBase64();
  }
}

/** Returns the error for a text that is not base64. */
export function notBase64(): DomainError {
  return new DomainError(
    "malformed-request",
    'Cannot read "image" as it is not base64: letters, digits, + and /, with = at the end',
  );
}
