/**
 * Returns the media type of a `Content-Type` in lower case, without parameters.
 *
 * If a client sends the header twice, the runtime joins the two values with a comma. This function
 * then uses the first value.
 *
 * @param contentType Value of the header. Empty: the header is missing.
 */
export function mediaTypeOf(contentType: string): string {
  return contentType.replace(/[;,].*/s, "").trim().toLowerCase();
}

/**
 * Media types of JSON. Old clients send `text/json`. Media types with the suffix `+json` are JSON,
 * too (RFC 6839).
 */
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json$/;

/** Returns true if a media type in lower case is JSON. */
export function isJson(mediaType: string): boolean {
  return JSON_TYPE.test(mediaType);
}
