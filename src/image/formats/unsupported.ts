import { hasSignature } from "./signature.ts";

/** An image format that is recognised but not decoded. */
export interface UnsupportedFormat {
  /** Common name of the format. */
  readonly name: string;
  /** Advice for the sender, a whole sentence. */
  readonly advice: string;
}

const SAVE_AS_EITHER = "Save it as PNG or JPEG and send that.";
const SAVE_AS_JPEG = "Save it as JPEG and send that.";
const EXPORT_AS_PNG = "Export it as PNG and send that.";
const FROM_PHONE =
  'Save it as JPEG and send that (on an iPhone: Settings, Camera, Formats, "Most Compatible").';

/**
 * First bytes of each format, in the order of the checks; `?` stands for any byte.
 *
 * ICO and CUR come last: the four bytes of a box length before `ftyp` can look like them.
 */
const FORMATS: readonly (readonly [signature: string, name: string, advice: string])[] = [
  ["????ftyphei", "HEIC", FROM_PHONE],
  ["????ftyphev", "HEIC", FROM_PHONE],
  ["????ftypmif1", "HEIF", FROM_PHONE],
  ["????ftypmsf1", "HEIF", FROM_PHONE],
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
  ["\0\0\x02\0", "CUR", EXPORT_AS_PNG],
];

/** Number of bytes searched for the root element of an SVG, which comments can precede. */
const SVG_SEARCH_BYTES = 8192;

/** Starts and ends of the parts that may precede the root element (XML 1.0, section 2.8). */
const PROLOG_PARTS: readonly (readonly [start: string, end: string])[] = [
  ["<?", "?>"],
  ["<!--", "-->"],
];

/**
 * Recognises common image formats that are not decoded.
 *
 * @param bytes The file; only its first 8192 bytes are read.
 * @returns The format, or `undefined` for any other file.
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

/** Recognises SVG, which has no signature, by the document type or root element of its XML. */
function isSvg(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, SVG_SEARCH_BYTES));
  // UTF-8 may begin with a mark. UTF-16 does, and each ASCII character has a zero byte.
  const text = start.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "").replaceAll("\0", "");
  return /^<(?:svg|[a-z]+:svg|!DOCTYPE\s+svg)\b/.test(withoutProlog(text));
}

/** Returns the text behind the XML declaration, instructions and comments at its start. */
function withoutProlog(xml: string): string {
  let text = xml.trimStart();
  while (true) {
    const part = PROLOG_PARTS.find(([start]) => text.startsWith(start));
    const end = part === undefined ? -1 : text.indexOf(part[1]);
    if (part === undefined || end < 0) return text;
    text = text.slice(end + part[1].length).trimStart();
  }
}
