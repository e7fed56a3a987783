import { DomainError } from "../../core/domain_error.ts";
import { AVIF } from "./avif/header.ts";
import { BMP } from "./bmp.ts";
import { GIF } from "./gif.ts";
import { HEIC } from "./heic/header.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";
import { JPEG } from "./jpeg.ts";
import { PNG } from "./png.ts";
import { hasSignature } from "./signature.ts";
import { unsupportedFormat } from "./unsupported.ts";
import { WEBP } from "./webp.ts";

/**
 * Supported image formats. The key is the format id. To add a format, implement it in a file of its
 * own and add it to this list.
 */
export const FORMATS = {
  jpeg: JPEG,
  png: PNG,
  gif: GIF,
  webp: WEBP,
  avif: AVIF,
  heic: HEIC,
  bmp: BMP,
} satisfies Readonly<Record<string, ImageFormat<BaseHeader>>>;

/** Id of a supported image format. */
export type FormatId = keyof typeof FORMATS;

/** Header of an image of the format `Id`. Without `Id`: header of any supported format. */
export type ImageHeader<Id extends FormatId = FormatId> = {
  // The explicit `format` lets TypeScript check expressions such as `table[header.format]`.
  [Each in Id]: { readonly format: Each } & ReturnType<(typeof FORMATS)[Each]["readHeader"]>;
}[Id];

// The cast is safe, because `FORMATS` has only format ids as keys.
const IDS = Object.keys(FORMATS) as readonly FormatId[];
const ALL: readonly ImageFormat<ImageHeader>[] = Object.values(FORMATS);
const NAMES = ALL.map(({ name }) => name);
const SUPPORTED = `${NAMES.slice(0, -1).join(", ")} or ${NAMES.at(-1)}`;

/**
 * Reads the format, size, orientation and bit depth of an image from its header.
 *
 * Safe for hostile files. The function decodes and copies no pixels. The reading time is at most
 * proportional to the length of the header. The header is everything before the first pixels. The
 * header of a WebP also includes the first frame and the Exif block after the frame. The header of
 * a JPEG can include a height after the first scan. Bytes after the header never change the result.
 *
 * @param bytes The whole file.
 * @throws {DomainError} `no-image`, if there are no bytes; `not-an-image`, if the first bytes match
 * no known image format; `unsupported-format`, if the first bytes match a format that cannot be
 * decoded; `truncated-image`, if the file ends inside the header; `corrupt-image`, if the header
 * breaks a rule of its format.
 *
 * @example
 * ```ts
 * import { readHeader } from "./read_header.ts";
 *
 * const frame = [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0];
 * const header = readHeader(Uint8Array.of(0xff, 0xd8, ...frame, 0xff, 0xda, 0, 8, 1));
 * if (header.format !== "jpeg" || header.width !== 3) throw new Error("a JPEG, 3 wide");
 * ```
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  return FORMATS[readFormat(bytes)].readHeader(bytes);
}

/**
 * Returns the format of an image, from its first bytes. For some HEIF files, more bytes are needed
 * to distinguish AVIF from HEIC.
 *
 * @param bytes The whole file.
 * @throws {DomainError} `no-image`, if there are no bytes; `not-an-image`, if the first bytes match
 *   no known image format; `unsupported-format`, if the first bytes match a format that cannot be
 *   decoded; `truncated-image`, if the file is shorter than the signature (first bytes) of its
 *   format.
 *
 * @example
 * ```ts
 * import { readFormat } from "./read_header.ts";
 *
 * if (readFormat(Uint8Array.of(0xff, 0xd8, 0xff)) !== "jpeg") throw new Error("a JPEG");
 * ```
 */
export function readFormat(bytes: Uint8Array): FormatId {
  if (bytes.length === 0) {
    throw new DomainError(
      "no-image",
      `Cannot decode image as it must have at least 1 byte: current value is 0. ` +
        `Send a ${SUPPORTED} file.`,
    );
  }
  const format = IDS.find((id) => {
    const { signatures, weakSignatures = [], matches }: ImageFormat<ImageHeader> = FORMATS[id];
    return [...signatures, ...weakSignatures].some((signature) => hasSignature(bytes, signature)) &&
      (matches === undefined || matches(bytes));
  });
  if (format === undefined) throw unreadable(bytes);
  return format;
}

function unreadable(bytes: Uint8Array): DomainError {
  const unsupported = unsupportedFormat(bytes);
  if (unsupported !== undefined) {
    return new DomainError(
      "unsupported-format",
      `Cannot decode image as its format must be ${SUPPORTED}: ` +
        `current value is ${unsupported.name}. ${unsupported.advice}`,
    );
  }
  return truncatedSignature(bytes) ?? new DomainError(
    "not-an-image",
    `Cannot decode image as it must be a ${SUPPORTED} file: ` +
      `its first bytes are ${firstBytes(bytes)}. Send the image file itself.`,
  );
}

/** Returns an error if a file ends inside a signature, otherwise undefined. */
function truncatedSignature(bytes: Uint8Array): DomainError | undefined {
  for (const { name, signatures } of ALL) {
    const begun = signatures.find((signature) =>
      hasSignature(bytes, signature.slice(0, bytes.length))
    );
    if (begun === undefined) continue;
    return new DomainError(
      "truncated-image",
      `Cannot decode ${name} as its header needs at least ${begun.length} bytes: ` +
        `the file ends after ${bytes.length}. Send the whole file.`,
    );
  }
  return undefined;
}

/**
 * Returns the first bytes of a file in hexadecimal, because raw text from the file could forge
 * lines of the log.
 */
function firstBytes(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
