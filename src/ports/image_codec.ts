import type { Size } from "../core/size.ts";
import type { FormatId, ImageHeader } from "../image/formats/read_header.ts";
import type { Pixels } from "../image/pixels.ts";
import type { CreateRowPasses } from "../image/row_passes.ts";

/** Image codecs that a caller can request: native, WebAssembly, or the best that is installed. */
export const CODECS = ["auto", "native", "wasm"] as const;

/** Requested image codec. */
export type CodecChoice = (typeof CODECS)[number];

/** Decoder and resampler of images. */
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
  /** Faster decoder for some images. Unset: `decode()` decodes all images. */
  readonly native?: NativeDecoder | undefined;
  /** Faster passes of the resampling than those in TypeScript. Unset: there are none. */
  readonly createRowPasses?: CreateRowPasses | undefined;
}

/**
 * Decoder outside WebAssembly, for example of a native library.
 *
 * The arguments are those of {@linkcode ImageCodec.decode}. The decoder may resize the image to
 * exactly the requested size, with a triangle filter that antialiases.
 *
 * @returns Decoded pixels, or undefined if `ImageCodec.decode()` must decode this image.
 * @throws {DomainError} `corrupt-image`, if the image would take too long.
 */
export type NativeDecoder = (
  bytes: Uint8Array,
  header: ImageHeader,
  atLeast: Size,
) => Promise<Pixels | undefined>;
