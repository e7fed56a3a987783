import type { Size } from "../../core/size.ts";
import type { Orientation } from "./exif_orientation.ts";

/** Header fields that every format has, known before anything is decoded. */
export interface BaseHeader<Format extends string = string> {
  /** Format id, from the file's first bytes; file name and media type are ignored. */
  readonly format: Format;
  /** Stored pixels from left to right, before the orientation is applied. */
  readonly width: number;
  /** Stored pixels from top to bottom, before the orientation is applied. */
  readonly height: number;
  /** Rotation or mirroring of the stored pixels for viewing (Exif); 1 if the file has none. */
  readonly orientation: Orientation;
  /** Bits of one stored sample. */
  readonly bitDepth: number;
  /** Samples stored per pixel, alpha included; an index into a colour table counts as one. */
  readonly channels: number;
  /** True if a pixel can be transparent. */
  readonly hasAlpha: boolean;
  /** True if samples are indices into a colour table, which decoding replaces. Unset: false. */
  readonly isIndexed?: true;
  /**
   * Bytes of the coefficients that a JPEG of several scans keeps at full size, such as a
   * progressive one. Unset: the image has one scan, or another format.
   */
  readonly coefficientBytes?: number;
  /**
   * Samples of a pixel in all planes of an AVIF but alpha; at half the columns and rows, two chroma
   * planes have half a sample. Unset: 3.
   */
  readonly planeSamples?: number;
  /**
   * True if decoding an AVIF adds film grain, which takes memory for a second copy of the frame.
   * Unset: false.
   */
  readonly hasFilmGrain?: true;
  /** Size that is decoded before it is cropped. Unset: width and height. */
  readonly wholeSize?: Size;
  /** True if the decoded pixels are placed on a larger canvas. Unset: false. */
  readonly isPartial?: true;
}

/** An image format: its signatures and the reader of its header. */
export interface ImageFormat<Header extends BaseHeader> {
  /** Name in error messages. */
  readonly name: string;
  /** First bytes of a file, one character per byte; `?` stands for any byte. */
  readonly signatures: readonly string[];
  /**
   * Further first bytes that mean little until all of them are there: a file that ends inside them
   * is not called truncated. Unset: none.
   */
  readonly weakSignatures?: readonly string[];
  /** Returns true if a file is of this format. Unset: a signature is enough. */
  readonly matches?: (bytes: Uint8Array) => boolean;
  /** Reads the header of a file that has one of the signatures. */
  readonly readHeader: (bytes: Uint8Array) => Header;
  /**
   * Returns true if the file lacks the end of its format, like a broken-off upload.
   *
   * Called only if decoding failed, to explain why: some files without an end decode well. Unset:
   * the header reader and the decoder count the bytes that they need themselves.
   */
  readonly endsEarly?: (bytes: Uint8Array) => boolean;
}
