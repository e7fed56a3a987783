import type { Size } from "../core/size.ts";
import type { ImageHeader } from "../image/formats/image_header.ts";
import type { Pixels } from "../image/pixels.ts";

/** Turns an encoded image into pixels. */
export interface ImageCodec {
  /**
   * Decodes an image whose header was read and found within the limits.
   *
   * @param atLeast Stored size (before orientation) that the pixels must still cover; a codec may
   *   decode at the smallest scale that does.
   * @throws {DomainError} `corrupt-image` or `truncated-image`; `unsupported-format`, if this codec
   *   does not read the format.
   */
  decode(bytes: Uint8Array, header: ImageHeader, atLeast: Size): Pixels;
}
