import { DomainError } from "../../core/domain_error.ts";
import { isAvif, readAvifHeader } from "./avif/header.ts";
import { readBmpLayout } from "./bmp.ts";
import { readGifHeader } from "./gif.ts";
import type { ImageHeader } from "./image_header.ts";
import { readJpegHeader } from "./jpeg.ts";
import { readPngHeader } from "./png.ts";
import { hasSignature } from "./signature.ts";
import { unsupportedFormat } from "./unsupported.ts";
import { readWebpLayout } from "./webp.ts";

interface Format {
  readonly name: string;
  readonly signature: string;
  /** What else must hold where the signature is that of other formats, too. */
  readonly isOne?: (bytes: Uint8Array) => boolean;
  readonly read: (bytes: Uint8Array) => ImageHeader;
}

const FORMATS: readonly Format[] = [
  { name: "JPEG", signature: "\xff\xd8\xff", read: readJpegHeader },
  { name: "PNG", signature: "\x89PNG\r\n\x1a\n", read: readPngHeader },
  { name: "GIF", signature: "GIF87a", read: readGifHeader },
  { name: "GIF", signature: "GIF89a", read: readGifHeader },
  { name: "WebP", signature: "RIFF????WEBP", read: (bytes) => readWebpLayout(bytes).header },
  { name: "AVIF", signature: "????ftyp", isOne: isAvif, read: readAvifHeader },
  { name: "BMP", signature: "BM????\0\0\0\0", read: (bytes) => readBmpLayout(bytes).header },
];

const KNOWN = "JPEG, PNG, GIF, WebP, AVIF or BMP";

/**
 * Reads format, size, orientation and bit depth from an image's header alone.
 *
 * It decodes nothing and copies nothing, and takes time in proportion to the header at most, so
 * that it is safe to call on a hostile upload. The header is everything before the first pixels,
 * and in a WebP its first frame and what is told behind it: more bytes never change the answer.
 *
 * @param bytes The file from its first byte on.
 * @throws {DomainError} `no-image`, if there are no bytes; `not-an-image`, if the first bytes are
 * of no known image format; `unsupported-format`, if they are of one that is not decoded;
 * `truncated-image`, if the file ends inside the header; `corrupt-image`, if the header breaks a
 * rule of its format.
 *
 * @example
 * ```ts
 * import { readHeader } from "./read_header.ts";
 *
 * const frame = [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0];
 * const header = readHeader(Uint8Array.of(0xff, 0xd8, ...frame, 0xff, 0xda));
 * if (header.format !== "jpeg" || header.width !== 3) throw new Error("a JPEG, 3 wide");
 * ```
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) {
    throw new DomainError(
      "no-image",
      `Cannot decode image as it must have at least 1 byte: current value is 0. Send a ${KNOWN} ` +
        "file.",
    );
  }
  const format = FORMATS.find(({ signature, isOne }) =>
    hasSignature(bytes, signature) && (isOne === undefined || isOne(bytes))
  );
  if (format === undefined) throw unreadable(bytes);
  return format.read(bytes);
}

function unreadable(bytes: Uint8Array): DomainError {
  const unsupported = unsupportedFormat(bytes);
  if (unsupported !== undefined) {
    return new DomainError(
      "unsupported-format",
      `Cannot decode image as its format must be ${KNOWN}: current value is ${unsupported.name}. ` +
        unsupported.advice,
    );
  }
  // The first bytes of an AVIF can be any: that they are there says nothing.
  const begun = FORMATS.find(({ signature }) =>
    signature[0] !== "?" && hasSignature(bytes, signature.slice(0, bytes.length))
  );
  if (begun !== undefined) {
    return new DomainError(
      "truncated-image",
      `Cannot decode ${begun.name} as its header needs at least ${begun.signature.length} bytes: ` +
        `the file ends after ${bytes.length}. Send the whole file.`,
    );
  }
  return new DomainError(
    "not-an-image",
    `Cannot decode image as it must be a ${KNOWN} file: ` +
      `its first bytes are ${firstBytes(bytes)}. Send the image file itself.`,
  );
}

/** Shows what the file starts with as hexadecimal: raw text from a file could forge a log line. */
function firstBytes(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
