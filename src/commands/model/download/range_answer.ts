/** What an answer to "the bytes from `offset` on, please" means. */
export type RangeAnswer =
  /** The body goes on at the offset. */
  | { readonly kind: "rest"; readonly total: number | undefined }
  /** The body is the file from its start. */
  | { readonly kind: "whole"; readonly total: number | undefined }
  /** The file ends at the offset. */
  | { readonly kind: "complete"; readonly total: number }
  /** There is no going on from the offset; ask for the file from its start. */
  | { readonly kind: "anew" }
  /** There is no file; `passing` if there may be one a little later. */
  | { readonly kind: "refused"; readonly passing: boolean };

/** The statuses that a server gives for reasons that pass. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** Reads what a server makes of a request for the bytes from an offset on; 0 asks for the file. */
export function readRangeAnswer(status: number, headers: Headers, offset: number): RangeAnswer {
  const range = parseContentRange(headers.get("content-range") ?? "");
  if (status === 200) return { kind: "whole", total: lengthOf(headers) };
  if (status === 206 && offset > 0) {
    return range?.first === offset && !isEncoded(headers)
      ? { kind: "rest", total: range.total }
      : { kind: "anew" };
  }
  if (status === 416 && offset > 0) {
    return range?.total === offset ? { kind: "complete", total: offset } : { kind: "anew" };
  }
  return { kind: "refused", passing: PASSING.includes(status) };
}

/** A `Content-Range`; that of a 416 has no first and last. */
export interface ContentRange {
  /** First byte of the body, counted from 0. */
  readonly first?: number;
  /** Last byte of the body. */
  readonly last?: number;
  /** Size of the whole, where the server knows it. */
  readonly total?: number;
}

/** Reads a `Content-Range`; undefined if it is none. */
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
 * What names these very bytes, for `If-Range`: a strong ETag, or a date that the file was last
 * changed which was over by the time of the answer. Undefined if the server gives neither.
 */
export function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) return etag;
  const changed = headers.get("last-modified");
  if (changed === null) return undefined;
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(changed);
  return age >= 1000 ? changed : undefined;
}

/** Size of the body; a compressed one's says nothing of the file. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  return length !== null && /^\d+$/.test(length) && !isEncoded(headers)
    ? Number(length)
    : undefined;
}

function isEncoded(headers: Headers): boolean {
  return !["", "identity"].includes(headers.get("content-encoding") ?? "");
}
