import type { Size } from "../core/size.ts";
import type { FormatId, ImageHeader } from "../image/formats/read_header.ts";
import type { Pixels } from "../image/pixels.ts";

/** Decoder of encoded images. */
export interface ImageCodec {
  /**
   * Refuses a format that this codec cannot decode. This method is called before the size of the
   * image is checked, because an error about the size would mislead a client with the wrong format.
   *
   * @throws {DomainError} `unsupported-format`.
   */
  checkFormat(format: FormatId): void;
  /**
   * Decodes an image whose header has been read and checked against the limits.
   *
   * @param bytes Encoded file.
   * @param header Header of the file.
   * @param atLeast Minimum size of the decoded image, before the EXIF orientation is applied. The
   *   codec may shrink the image while decoding, but not below this size.
   * @returns Decoded pixels, before the EXIF orientation is applied.
   * @throws {DomainError} `corrupt-image` or `truncated-image`; `unsupported-format` if this codec
   *   cannot decode the format.
   */
  decode(bytes: Uint8Array, header: ImageHeader, atLeast: Size): Pixels;
}
