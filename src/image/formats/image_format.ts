import type { Size } from "../../core/size.ts";
import type { Orientation } from "./exif_orientation.ts";

/** Header fields of all image formats, read before any pixel is decoded. */
export interface BaseHeader<Format extends string = string> {
  /** Format id, determined by the first bytes of the file. File name and media type are ignored. */
  readonly format: Format;
  /** Width of the stored image in pixels, before the orientation is applied. */
  readonly width: number;
  /** Height of the stored image in pixels, before the orientation is applied. */
  readonly height: number;
  /**
   * Rotation or mirroring that turns the stored pixels upright (Exif). 1: the pixels are stored
   * upright.
   */
  readonly orientation: Orientation;
  /** Bits per stored sample. */
  readonly bitDepth: number;
  /**
   * Number of samples stored per pixel, including alpha. An index into a colour table counts as one
   * sample.
   */
  readonly channels: number;
  /** True if a pixel can be transparent. */
  readonly hasAlpha: boolean;
  /**
   * True if samples are indices into a colour table. Decoding replaces the indices by colours.
   * Unset: false.
   */
  readonly isIndexed?: true;
  /**
   * Bytes of all coefficients of a JPEG with several scans (for example a progressive JPEG). The
   * decoder keeps all coefficients in memory, even at a reduced scale. Unset: the JPEG has only one
   * scan, or the image is not a JPEG.
   */
  readonly coefficientBytes?: number;
  /**
   * Number of samples per pixel that the decoder of an AVIF or HEIC keeps, without alpha. For the
   * chroma format 4:2:0, the number is 1.5: one sample of luma, and a quarter of a sample in each
   * of two chroma planes. Unset: 3.
   */
  readonly planeSamples?: number;
  /**
   * Size of the tiles of a HEIC. The decoder decodes one tile after another. Unset: the image has
   * no tiles.
   */
  readonly pictureSize?: Size;
  /**
   * True if the decoder of an AVIF adds film grain, which takes memory for a second copy of the
   * frame. Unset: false.
   */
  readonly hasFilmGrain?: true;
  /** Size of the decoded image before cropping. Unset: the image is not cropped. */
  readonly wholeSize?: Size;
  /**
   * True if the decoded frame is smaller than the image and is copied onto a canvas. Unset: false.
   */
  readonly isPartial?: true;
}

/** Image format: the name, the signatures and the header reader of the format. */
export interface ImageFormat<Header extends BaseHeader> {
  /** Name of the format in error messages. */
  readonly name: string;
  /** Possible first bytes of a file, one character per byte. `?` stands for any byte. */
  readonly signatures: readonly string[];
  /**
   * Further signatures, whose first bytes also occur in files of other formats. Therefore, a file
   * that ends inside a weak signature is not reported as truncated. Unset: no further signatures.
   */
  readonly weakSignatures?: readonly string[];
  /**
   * Returns true if a file that begins with a signature really is of this format. Unset: the
   * signature is enough.
   */
  readonly matches?: (bytes: Uint8Array) => boolean;
  /** Reads the header of a file of this format. */
  readonly readHeader: (bytes: Uint8Array) => Header;
  /**
   * Returns true if the end of the file is missing, for example after an interrupted upload.
   *
   * Called only after decoding has failed, because some incomplete files can be decoded. Unset: the
   * header reader and the decoder detect a missing end themselves.
   */
  readonly endsEarly?: (bytes: Uint8Array) => boolean;
}
