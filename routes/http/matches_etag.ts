/**
 * Returns true if the client already has the response, so that its status is 304 (RFC 9110, section
 * 13.1.2). Ignores the mark `W/`, which proxies add to the ETag of a response that they compress.
 *
 * The middleware of `hono/etag` needs the body of the response, and removes fields such as
 * `X-Request-Id` from a response with status 304.
 *
 * @param condition Value of the request's `If-None-Match`.
 * @param etag ETag of the response, with its quotes.
 */
export function matchesEtag(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  const opaque = etag.replace(/^W\//, "");
  const tags: readonly string[] = condition.match(/"[^"]*"/g) ?? [];
  return condition.trim() === "*" || tags.includes(opaque);
}
