/**
 * Returns the media type of a `Content-Type` in lower case, without parameters.
 *
 * If a client sends the header twice, the runtime joins the values with a comma. The first value
 * counts.
 *
 * @param contentType Value of the header. Empty: the header is missing.
 */
export function mediaTypeOf(contentType: string): string {
  return contentType.replace(/[;,].*/s, "").trim().toLowerCase();
}
