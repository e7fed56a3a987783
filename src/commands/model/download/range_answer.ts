/** Meaning of the response to a request for the bytes from an offset on. */
export type RangeAnswer =
  /** Body that begins at the offset. */
  | { readonly kind: "rest"; readonly total: number | undefined }
  /** Body that is the whole file. */
  | { readonly kind: "whole"; readonly total: number | undefined }
  /** File that ends at the offset. */
  | { readonly kind: "complete"; readonly total: number }
  /** Response that cannot be appended: the whole file must be requested. */
  | { readonly kind: "restart" }
  /** Error; `transient` if a retry may succeed. */
  | { readonly kind: "refused"; readonly transient: boolean };

/** Statuses of errors that may be gone at the next request. */
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/**
 * Interprets the response to a request for the bytes from an offset on (RFC 9110, section 14).
 *
 * @param offset First byte of the range; 0 if the request was for the whole file.
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
  /** Offset of the first byte of the body. Unset: the response is a 416. */
  readonly first?: number;
  /** Offset of the last byte of the body. Unset: the response is a 416. */
  readonly last?: number;
  /** Bytes of the whole file. Unset: the server does not know it. */
  readonly total?: number;
}

/** Parses a `Content-Range` header. Returns undefined if it is malformed or contradicts itself. */
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
 * Returns the strong validator of a response, for `If-Range`: a strong ETag, or a `Last-Modified`
 * at least one second before `Date` (RFC 9110, section 8.8.2.2). Undefined if there is none.
 */
export function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) return etag;
  const changed = headers.get("last-modified");
  if (changed === null) return undefined;
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(changed);
  return age >= 1000 ? changed : undefined;
}

/** Returns the length of the body; undefined for a compressed one, whose length is another. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  return length !== null && /^\d+$/.test(length) && !isEncoded(headers)
    ? Number(length)
    : undefined;
}

function isEncoded(headers: Headers): boolean {
  return !["", "identity"].includes(headers.get("content-encoding") ?? "");
}
