import { make as createHeadersParser } from "multipasta/HeadersParser";
import { make as createSearch } from "multipasta/Search";
import { DomainError } from "../../src/core/domain_error.ts";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import { mediaTypeOf } from "./media_type.ts";

/** Part of a multipart form. */
export interface FormPart {
  /** Name of the field. */
  readonly name: string;
  /** Media type in lower case. Empty: the part declares none. */
  readonly mediaType: string;
  /** True if the part has a file name, in `filename` or in `filename*`. */
  readonly hasFileName: boolean;
  /** Content of the part. */
  readonly bytes: Uint8Array;
}

/** Maximum number of parts: the image, every option, and a reserve for options to come. */
const MAX_PARTS = 64;

/** Boundary in a `Content-Type`. The first one counts. */
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i;

/**
 * End of a delimiter that repeats itself 32 times, which no client sends.
 *
 * The search is Horspool's, which compares the whole delimiter at every byte of a file that repeats
 * the same characters: 19 MB took 26 s with a boundary of 191 characters.
 */
const REPETITIVE = /(.+?)\1{31}$/;

/** Parameter of a `Content-Disposition`, quoted or not. */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

const CR_LF = new TextEncoder().encode("\r\n");
const [CR, LF, DASH, SPACE, TAB] = [0x0d, 0x0a, 0x2d, 0x20, 0x09];

/**
 * Splits the body of a multipart form (RFC 7578) into its parts.
 *
 * multipasta searches the delimiters and parses the headers of each part, within 16 KB of them. Its
 * ready-made parser is too strict for real clients: it loses the name of a field whose file name
 * is not Latin-1, and fails on a `filename*` that is not UTF-8.
 *
 * @param body Whole body, of bounded length.
 * @param contentType Value of `Content-Type`.
 * @throws {DomainError} `malformed-request` if the form is broken, ends early or has too many
 *   parts.
 */
export function formParts(body: Uint8Array, contentType: string): FormPart[] {
  const [, ...sections] = sectionsOf(body, boundaryOf(contentType));
  if (sections.length === 0) throw broken("the boundary of its Content-Type does not occur in it");
  const parts: FormPart[] = [];
  for (const section of sections) {
    if (section[0] === DASH && section[1] === DASH) return parts;
    parts.push(partOf(section));
  }
  throw broken("it ends before its last boundary");
}

function boundaryOf(contentType: string): string {
  const match = contentType.match(BOUNDARY);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) {
    throw malformed(
      "its Content-Type must name the boundary. Do not set the Content-Type of a form: the client " +
        "library does, with the boundary",
    );
  }
  if (!REPETITIVE.test(`--${boundary}`)) return boundary;
  throw malformed("its boundary must not end with 32 repetitions of the same characters");
}

/** Splits a body at its delimiters: preamble, parts, epilogue. */
function sectionsOf(body: Uint8Array, boundary: string): Uint8Array[] {
  const sections: Uint8Array[][] = [];
  const search = createSearch(`\r\n--${boundary}`, (index, chunk) => {
    if (index > MAX_PARTS + 1) throw malformed(`it must have at most ${MAX_PARTS} parts`);
    while (sections.length <= index) sections.push([]);
    sections.at(-1)!.push(chunk);
  });
  search.write(CR_LF); // the first delimiter may be the start of the body
  search.write(body);
  search.end();
  return sections.map((chunks) => chunks.length === 1 ? chunks[0]! : joinedBytes(chunks));
}

/** Parses a part: spaces and the line break after its delimiter, headers, content. */
function partOf(section: Uint8Array): FormPart {
  let start = 0;
  while (section[start] === SPACE || section[start] === TAB) start++; // RFC 2046, section 5.1.1
  if (section[start] !== CR || section[start + 1] !== LF) throw broken(HEADERS);
  const result = createHeadersParser()(section, start + CR_LF.length);
  if (result._tag !== "Headers") throw broken(HEADERS);
  const { headers, endPosition } = result;
  const parameters = parametersOf(valueOf(headers["content-disposition"]));
  const name = parameters.get("name");
  if (name === undefined) {
    throw broken('a part must have a name: Content-Disposition: form-data; name="image"');
  }
  return {
    name,
    mediaType: mediaTypeOf(valueOf(headers["content-type"])),
    hasFileName: parameters.has("filename") || parameters.has("filename*"),
    bytes: section.subarray(endPosition),
  };
}

/** Returns the value of a header; the first one if it is repeated. */
function valueOf(header: string | readonly string[] | undefined): string {
  return (typeof header === "object" ? header[0] : header) ?? "";
}

/** Parses the parameters of a `Content-Disposition`, with names in lower case. */
function parametersOf(disposition: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, plain = ""] of disposition.matchAll(PARAMETER)) {
    parameters.set(key.toLowerCase(), quoted ?? plain.trim());
  }
  return parameters;
}

const HEADERS = "the headers of a part are not valid, or longer than 16 KB";

function broken(why: string): DomainError {
  return malformed(`its multipart body is broken: ${why}`);
}

function malformed(why: string): DomainError {
  return new DomainError("malformed-request", `Cannot read the form as ${why}`);
}
