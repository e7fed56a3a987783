import { hasSignature } from "./signature.ts";

/** Image format that is recognised but cannot be decoded. */
export interface UnsupportedFormat {
  /** Common name of the format. */
  readonly name: string;
  /** Advice for the person who sent the image, as a whole sentence. */
  readonly advice: string;
}

const SAVE_AS_EITHER = "Save it as PNG or JPEG and send that.";
const SAVE_AS_JPEG = "Save it as JPEG and send that.";
const EXPORT_AS_PNG = "Export it as PNG and send that.";

/**
 * Signatures (first bytes) of formats that cannot be decoded, checked in this order. `?` stands for
 * any byte.
 *
 * ICO and CUR come last, because their signatures are short and could also match the beginning of
 * other formats.
 */
const FORMATS: readonly (readonly [signature: string, name: string, advice: string])[] = [
  ["II*\0", "TIFF", SAVE_AS_EITHER],
  ["MM\0*", "TIFF", SAVE_AS_EITHER],
  ["II+\0", "TIFF", SAVE_AS_EITHER],
  ["MM\0+", "TIFF", SAVE_AS_EITHER],
  ["\xff\x0a", "JPEG XL", SAVE_AS_JPEG],
  ["\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", SAVE_AS_JPEG],
  ["\xff\x4f\xff\x51", "JPEG 2000", SAVE_AS_JPEG],
  ["\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", SAVE_AS_JPEG],
  ["%PDF-", "PDF", "Export the page as PNG or JPEG and send that."],
  ["8BPS\0", "PSD", EXPORT_AS_PNG],
  ["\0\0\x01\0", "ICO", EXPORT_AS_PNG],
  // A TGA of true colours has the same first bytes as a CUR, and zeros where a CUR has its count.
  ["\0\0\x02\0\0\0", "TGA", EXPORT_AS_PNG],
  ["\0\0\x02\0", "CUR", EXPORT_AS_PNG],
];

/**
 * Number of bytes in which the root element of an SVG is searched. Comments can precede the root
 * element.
 */
const SVG_SEARCH_BYTES = 8192;

/**
 * Delimiters of the instructions and comments that may precede the root element of an XML file (XML
 * 1.0, section 2.8).
 */
const PROLOG_PARTS: readonly (readonly [start: string, end: string])[] = [
  ["<?", "?>"],
  ["<!--", "-->"],
];

/**
 * Recognises common image formats that cannot be decoded.
 *
 * @param bytes Whole file. Only the first 8192 bytes are read.
 * @returns Format, or `undefined` if the file has none of these formats.
 *
 * @example
 * ```ts
 * import { type UnsupportedFormat, unsupportedFormat } from "./unsupported.ts";
 *
 * const found: UnsupportedFormat | undefined = unsupportedFormat(
 *   Uint8Array.of(0x25, 0x50, 0x44, 0x46, 0x2d),
 * );
 * if (found?.name !== "PDF") throw new Error("%PDF- starts a PDF");
 * ```
 */
export function unsupportedFormat(bytes: Uint8Array): UnsupportedFormat | undefined {
  for (const [signature, name, advice] of FORMATS) {
    if (hasSignature(bytes, signature)) return { name, advice };
  }
  return isSvg(bytes) ? { name: "SVG", advice: EXPORT_AS_PNG } : undefined;
}

/**
 * Returns true if a file is an SVG. SVG has no signature, so the file must have the document type
 * or the root element of SVG.
 */
function isSvg(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, SVG_SEARCH_BYTES));
  // Remove a byte order mark, and the zero byte that each ASCII character has in UTF-16.
  const text = start.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "").replaceAll("\0", "");
  return /^<(?:svg|[a-z]+:svg|!DOCTYPE\s+svg)\b/.test(withoutProlog(text));
}

/** Removes the XML declaration, instructions and comments from the start of a text. */
function withoutProlog(xml: string): string {
  let text = xml.trimStart();
  while (true) {
    const part = PROLOG_PARTS.find(([start]) => text.startsWith(start));
    const end = part === undefined ? -1 : text.indexOf(part[1]);
    if (part === undefined || end < 0) return text;
    text = text.slice(end + part[1].length).trimStart();
  }
}
