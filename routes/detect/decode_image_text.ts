import { decodeBase64 } from "hono/utils/encode";
import { DomainError } from "../../src/core/domain_error.ts";
import { isDataUrl, readDataUrl } from "./data_url.ts";

/**
 * Decodes an image in base64, or in a data URL of any media type.
 *
 * White space is ignored. The format of the image is detected from its bytes.
 *
 * @throws {DomainError} `malformed-request` if the text is neither.
 */
export function decodeImageText(text: string): Uint8Array<ArrayBuffer> {
  const trimmed = text.trim();
  if (!isDataUrl(trimmed)) return fromBase64(trimmed);
  const body = readDataUrl(trimmed);
  return "bytes" in body ? body.bytes : fromBase64(body.base64);
}

function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  try {
    // The fallback in JavaScript takes a fifth of a second for 20 MB.
    return "fromBase64" in Uint8Array ? Uint8Array.fromBase64(base64) : decodeBase64(base64);
  } catch {
    throw new DomainError(
      "malformed-request",
      'Cannot read "image" as it is not base64: letters, digits, + and /, with = at the end',
    );
  }
}
