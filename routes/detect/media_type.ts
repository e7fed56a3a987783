/**
 * Returns the media type of a `Content-Type` in lower case, without parameters.
 *
 * A client that sets the header twice sends its values with a comma between them: the first counts.
 *
 * @param contentType Value of the header. Empty: the header is missing.
 */
export function mediaTypeOf(contentType: string): string {
  return contentType.replace(/[;,].*/s, "").trim().toLowerCase();
}
