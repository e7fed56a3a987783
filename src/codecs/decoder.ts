import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { FormatId, ImageHeader } from "../image/formats/read_header.ts";
import type { Pixels } from "../image/pixels.ts";

/**
 * Function that decodes image files of one format.
 *
 * @param bytes The file.
 * @param header Parsed header of the file.
 * @param atLeast Minimum width and height of the decoded image, before the EXIF orientation is
 *   applied. The decoder may return a reduced image of at least this size.
 * @throws {DomainError} `corrupt-image`, `truncated-image` or `unsupported-format`.
 * @throws If the wasm of the decoder traps (crashes), as it does on some damaged files.
 */
export type Decoder<Id extends FormatId> = (
  bytes: Uint8Array,
  header: ImageHeader<Id>,
  atLeast: Size,
) => Pixels;

/**
 * Returns the error for a file that ends before the data of all pixels.
 *
 * @param format Name of the format.
 */
export function endsTooEarly(format: string, bytes: Uint8Array): DomainError {
  return new DomainError(
    "truncated-image",
    `Cannot decode ${format} as it ends too early, after ${bytes.length} bytes. Was it sent whole?`,
  );
}
