import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import type { Orientation } from "../exif_orientation.ts";
import { readAv1Data } from "./av1_data.ts";
import type { Av1Sequence } from "./av1_sequence.ts";
import { avifReader } from "./avif_reader.ts";

/**
 * Parts of an AVIF image that a decoder needs. The image can come from an item or from a sequence
 * (track) of the file.
 */
export interface AvifImage {
  /** Colours or grey. */
  readonly colour: CodedImage;
  /** Alpha channel, of the same size as the colours. Unset: the image is opaque. */
  readonly alpha?: CodedImage;
  /** True if the stored colours are already multiplied by alpha. */
  readonly isPremultiplied: boolean;
  /**
   * Payload of the `colr` box, which names the colour space by codes (ISO/IEC 23091-2). Unset: the
   * AV1 data name the colour space.
   */
  readonly colourCodes?: Uint8Array;
  /** Part of the image to show. Unset: the whole image. */
  readonly crop?: Crop;
  /** Rotation or mirroring of the shown part. */
  readonly orientation: Orientation;
}

/** Part of an image, in stored pixels. */
export interface Crop extends Size {
  /** Left edge. */
  readonly left: number;
  /** Top edge. */
  readonly top: number;
}

/** Encoded image: one AV1 image, or a grid of AV1 images (tiles) of the same size. */
export interface CodedImage extends Size {
  /** Number of tiles per row of the grid; 1 without a grid. */
  readonly columns: number;
  /** Number of tiles per column of the grid; 1 without a grid. */
  readonly rows: number;
  /** Format and size of each tile. */
  readonly sequence: Av1Sequence;
  /** Tiles, row by row. */
  readonly tiles: readonly CodedTile[];
}

/** AV1 data of an image or a tile. */
export interface CodedTile {
  /** AV1 data, starting with the first unit. */
  readonly data: Uint8Array;
  /** Boxes, including their headers, that select one of several layers (AVIF 1.1, 2.3). */
  readonly layers: readonly Uint8Array[];
}

/**
 * Function that reads the sequence header of AV1 data. Data that several tiles share are read once.
 */
export type SequenceReader = (data: Uint8Array) => Av1Sequence;

/**
 * Creates a reader for the sequence headers of a file. It refuses files whose images have more
 * bytes in total than the file.
 *
 * @param file Reader of the whole file.
 */
export function sequenceReader(file: ByteReader): SequenceReader {
  const fileBytes = file.whole().length;
  const known = new Map<string, Av1Sequence>();
  let total = 0;
  return (data) => {
    // Only data inside the file can be shared by several items. Data joined from several runs are a
    // copy with a buffer of their own.
    const isShared = data.buffer === file.whole().buffer;
    const place = `${data.byteOffset} ${data.length}`;
    const found = isShared ? known.get(place) : undefined;
    if (found !== undefined) return found;
    total += data.length;
    if (total > fileBytes) {
      throw file.corrupt(`its images must have at most the ${fileBytes} bytes of the file`, total);
    }
    const sequence = readAv1Data(avifReader(data));
    if (isShared) known.set(place, sequence);
    return sequence;
  };
}
