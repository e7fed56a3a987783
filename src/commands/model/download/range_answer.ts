/**
 * Meaning of the response to a range request: a request for all bytes from an offset to the end.
 */
export type RangeAnswer =
  /** Response with all bytes from the requested offset to the end. */
  | { readonly kind: "rest"; readonly total: number | undefined }
  /** Response with the whole file. */
  | { readonly kind: "whole"; readonly total: number | undefined }
  /** Response without bytes: the file ends at the requested offset. */
  | { readonly kind: "complete"; readonly total: number }
  /** Unusable response: the client must request the whole file. */
  | { readonly kind: "restart" }
  /** Response with an error status. `transient` is true if a retry may succeed. */
  | { readonly kind: "refused"; readonly transient: boolean };

/** HTTP statuses of transient errors, for which a retry may succeed. */
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/**
 * Interprets the response to a range request (RFC 9110, section 14).
 *
 * @param offset Offset of the first requested byte. 0: the request was for the whole file.
 */
export function readRangeAnswer(status: number, headers: Headers, offset: number): RangeAnswer {
  const range = parseContentRange(headers.get("content-range") ?? "");
  if (status === 200) return { kind: "whole", total: lengthOf(headers) };
  if (status === 206 && offset > 0) {
    return range?.first === offset && !isEncoded(headers)
      ? { kind: "rest", total: range.total }
      : { kind: "restart" };
  }
  if (status === 416 && offset > 0) {
    return range?.total === offset ? { kind: "complete", total: offset } : { kind: "restart" };
  }
  return { kind: "refused", transient: TRANSIENT.includes(status) };
}

/** Parsed `Content-Range` header. */
export interface ContentRange {
  /**
   * Offset in the file of the first byte of the body. Unset: the header has no range, as in a
   * response with status 416.
   */
  readonly first?: number;
  /** Offset in the file of the last byte of the body. Unset: the header has no range. */
  readonly last?: number;
  /** Bytes of the whole file. Unset: the server does not know the size. */
  readonly total?: number;
}

/**
 * Parses a `Content-Range` header. Returns undefined if the header is malformed or contradicts
 * itself.
 */
export function parseContentRange(text: string): ContentRange | undefined {
  const match = /^bytes +(?:(?<first>\d+)-(?<last>\d+)|\*)\/(?:(?<total>\d+)|\*)$/i.exec(text);
  if (!match) return undefined;
  const range: ContentRange = Object.fromEntries(
    Object.entries(match.groups ?? {}).filter(([, digits]) => digits).map(([name, digits]) => {
      return [name, Number(digits)];
    }),
  );
  const { first = 0, last = first, total = Infinity } = range;
  return first <= last && (range.last ?? -1) < total ? range : undefined;
}

/**
 * Returns a value for the header `If-Range` that identifies exactly this version of the file. The
 * value is a strong ETag, or the `Last-Modified` date if it is at least one second before the
 * `Date` header (RFC 9110, section 8.8.2.2). Returns undefined if the response has neither.
 */
export function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) return etag;
  const changed = headers.get("last-modified");
  if (changed === null) return undefined;
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(changed);
  return age >= 1000 ? changed : undefined;
}

/**
 * Returns the length of the file in bytes. Returns undefined if the body is compressed, because
 * then `Content-Length` is the compressed length.
 */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  return length !== null && /^\d+$/.test(length) && !isEncoded(headers)
    ? Number(length)
    : undefined;
}

function isEncoded(headers: Headers): boolean {
  return !["", "identity"].includes(headers.get("content-encoding") ?? "");
}
