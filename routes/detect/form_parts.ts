import { make as createHeadersParser } from "multipasta/HeadersParser";
import { make as createSearch } from "multipasta/Search";
import { DomainError } from "../../src/core/domain_error.ts";
import { InPlaceBytes } from "../http/in_place_bytes.ts";
import { shorten } from "../http/problem.ts";
import { Base64Decoder } from "./base64_decoder.ts";
import { type Disposition, readDisposition } from "./content_disposition.ts";
import { mediaTypeOf } from "./media_type.ts";

/** Part of a multipart form. */
export interface FormPart extends Disposition {
  /** Name of the field. */
  readonly name: string;
  /** Media type in lower case. Empty: the part declares no media type. */
  readonly mediaType: string;
  /** True if the part declares that its content is base64 (`Content-Transfer-Encoding`). */
  readonly isBase64: boolean;
  /** Content of the part. A text that the part declares as base64 is decoded, except an image. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Maximum number of parts of a form. A form with an image and all options has fewer parts. */
export const MAX_PARTS = 64;

/** Maximum bytes of the headers of a part. The package multipasta has the same limit. */
const MAX_HEADERS = 16 * 1024;

/** Number of bytes of the form that are searched for delimiters in one step. */
const STEP = 64 * 1024;

/**
 * Pattern of the boundary in a `Content-Type`. If the header contains several boundaries, the first
 * one counts. A comma before white space ends a boundary, because runtimes join a repeated header
 * with a comma and a space.
 */
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}?)(?=,\s|[\s;"]|$))/i;

/**
 * Pattern of a delimiter that ends with 32 repetitions of the same characters. Such delimiters are
 * refused: only attackers use them, to slow down the search for delimiters.
 *
 * The package multipasta searches for delimiters with Horspool's algorithm. If the body repeats the
 * same characters as the delimiter, this algorithm compares the whole delimiter at every byte. A
 * search with a boundary of 191 characters took 26 s for a body of 19 MB.
 */
const REPETITIVE = /(.+?)\1{31}$/;

const CR_LF = new TextEncoder().encode("\r\n");
const [CR, LF, DASH, SPACE, TAB] = [0x0d, 0x0a, 0x2d, 0x20, 0x09];

/**
 * Splits the body of a multipart form (RFC 7578) into its parts.
 *
 * The package multipasta finds the delimiters and parses the headers of each part (at most 16 KB).
 * The complete form parser of multipasta is not used, because it is too strict for real clients.
 * That parser drops the name of a field if the file name is not Latin-1. It also fails if the
 * parameter `filename*` is not UTF-8.
 *
 * @param body Whole body. The caller has limited its length.
 * @param contentType Value of `Content-Type`.
 * @param maxParts Maximum number of parts.
 * @throws {DomainError} `malformed-request` if the form is broken, ends early or has too many
 *   parts.
 */
export function formParts(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
  maxParts = MAX_PARTS,
): FormPart[] {
  const [, ...sections] = sectionsOf(body, boundaryOf(contentType), maxParts);
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

/**
 * Splits the body of a form at its delimiters. Returns the text before the first part, each part,
 * and the text after the last part. All results are views of `body`. The form parser of the package
 * multipasta would copy the bytes.
 */
function sectionsOf(
  body: Uint8Array<ArrayBuffer>,
  boundary: string,
  maxParts: number,
): Uint8Array<ArrayBuffer>[] {
  const delimiter = `\r\n--${boundary}`;
  const delimiterBytes = new TextEncoder().encode(delimiter).length;
  const lengths: number[] = [];
  const search = createSearch(delimiter, (index, chunk) => {
    if (index > maxParts + 1) throw tooManyParts(maxParts);
    while (lengths.length <= index) lengths.push(0);
    lengths[index]! += chunk.length;
  });
  search.write(CR_LF); // a delimiter at the start of the body has no line break before it
  for (let at = 0; at < body.length; at += STEP) search.write(body.subarray(at, at + STEP));
  search.end();
  let start = -CR_LF.length;
  return lengths.map((length) => {
    const section = body.subarray(Math.max(0, start), Math.max(0, start + length));
    start += length + delimiterBytes;
    return section;
  });
}

/** Returns the error for a form with more than `maxParts` parts. */
export function tooManyParts(maxParts: number): DomainError {
  return malformed(`it must have at most ${maxParts} parts`);
}

/** Counter of the parts of a form that have begun, while the form arrives. */
export class PartCounter {
  readonly #search: ReturnType<typeof createSearch>;
  #count = 0;

  /**
   * Creates a counter.
   *
   * @param contentType Value of `Content-Type`.
   * @throws {DomainError} `malformed-request` if the value has no boundary.
   */
  constructor(contentType: string) {
    this.#search = createSearch(`\r\n--${boundaryOf(contentType)}`, (index) => {
      this.#count = index;
    });
    this.#search.write(CR_LF); // a delimiter at the start of the body has no line break before it
  }

  /** Reads the next bytes of the form. */
  add(chunk: Uint8Array): void {
    this.#search.write(chunk);
  }

  /** Number of parts that have begun. The end of the form counts as one more. */
  get count(): number {
    return this.#count;
  }
}

/**
 * Parses one part of a form.
 *
 * @param section Bytes after the delimiter: the end of its line (spaces and a line break), the
 *   headers of the part, and its content.
 */
function partOf(section: Uint8Array<ArrayBuffer>): FormPart {
  let start = 0;
  while (section[start] === SPACE || section[start] === TAB) start++; // RFC 2046, section 5.1.1
  if (section[start] !== CR || section[start + 1] !== LF) throw broken(HEADERS);
  unfold(section.subarray(start + CR_LF.length));
  const result = createHeadersParser()(section, start + CR_LF.length);
  if (result._tag !== "Headers") throw broken(HEADERS);
  const { headers, endPosition } = result;
  const { name, hasFileName, fileName } = readDisposition(
    valueOf(headers["content-disposition"]),
  );
  if (name === undefined) {
    throw broken('a part must have a name: Content-Disposition: form-data; name="image"');
  }
  const isBase64 = /^\s*base64\s*$/i.test(valueOf(headers["content-transfer-encoding"]));
  const bytes = section.subarray(endPosition);
  return {
    name,
    mediaType: mediaTypeOf(valueOf(headers["content-type"])),
    hasFileName,
    fileName,
    isBase64,
    // The image may be declared as base64 without being it, so its reader decides.
    bytes: isBase64 && !hasFileName && name !== "image" ? decodedText(name, bytes) : bytes,
  };
}

/** Decodes a text that its part declares as base64. The result overwrites the base64. */
function decodedText(name: string, text: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const out = new InPlaceBytes(text);
  const decoder = new Base64Decoder(out);
  if (decoder.write(text) && decoder.end()) return text.subarray(0, out.length);
  throw malformed(
    `its field "${shorten(name)}" must be base64, as its Content-Transfer-Encoding declares`,
  );
}

/**
 * Joins header lines: a line that starts with white space continues the line before it (RFC 5322,
 * section 2.2.3). Overwrites the line break between the two lines with spaces. Stops at the empty
 * line after the headers.
 */
function unfold(part: Uint8Array): void {
  const headers = part.subarray(0, MAX_HEADERS);
  for (let at = headers.indexOf(CR); at >= 0; at = headers.indexOf(CR, at + 1)) {
    const [, lineFeed, next] = headers.subarray(at, at + 3);
    if (next === CR) return;
    if (lineFeed === LF && (next === SPACE || next === TAB)) headers.fill(SPACE, at, at + 2);
  }
}

/** Returns the value of a header. If the header is repeated, returns its first value. */
function valueOf(header: string | readonly string[] | undefined): string {
  return (typeof header === "object" ? header[0] : header) ?? "";
}

const HEADERS =
  "the headers of a part are not valid, are longer than 16 KB, or have lines that do not end with " +
  "CR and LF";

function broken(why: string): DomainError {
  return malformed(`its multipart body is broken: ${why}`);
}

function malformed(why: string): DomainError {
  return new DomainError("malformed-request", `Cannot read the form as ${why}`);
}
