import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import type { Orientation } from "../exif_orientation.ts";
import { readAv1Data } from "./av1_data.ts";
import type { Av1Sequence } from "./av1_sequence.ts";
import { avifReader } from "./avif_reader.ts";

/** Image of an AVIF as a decoder needs it, whichever container it comes from. */
export interface AvifImage {
  /** Colours or grey. */
  readonly colour: CodedImage;
  /** Alpha, of the same size. Unset: the image is opaque. */
  readonly alpha?: CodedImage;
  /** True if the colours have been multiplied by alpha. */
  readonly isPremultiplied: boolean;
  /** Payload of a `colr` box of codes (23091-2). Unset: the AV1 data say what the colours are. */
  readonly colourCodes?: Uint8Array;
  /** Part to show. Unset: all of the image. */
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

/** AV1 image, or a grid of equal AV1 images that just cover it. */
export interface CodedImage extends Size {
  /** Number of tiles side by side; 1 without a grid. */
  readonly columns: number;
  /** Number of tiles one above the other; 1 without a grid. */
  readonly rows: number;
  /** Format of each tile, with its size. */
  readonly sequence: Av1Sequence;
  /** Tiles, row by row. */
  readonly tiles: readonly CodedTile[];
}

/** AV1 data of an image or a tile. */
export interface CodedTile {
  /** The data, from its first unit on. */
  readonly data: Uint8Array;
  /** Whole boxes that select one of several layers (AVIF 1.1, 2.3). */
  readonly layers: readonly Uint8Array[];
}

/** Reads the header of AV1 data, once for data that several tiles share. */
export type SequenceReader = (data: Uint8Array) => Av1Sequence;

/**
 * Creates a reader of the headers of all AV1 data of a file.
 *
 * @param file Reader of the file, for its `corrupt()`.
 */
export function sequenceReader(file: ByteReader): SequenceReader {
  const fileBytes = file.whole().length;
  const known = new Map<string, Av1Sequence>();
  let total = 0;
  return (data) => {
    // Several items may share one run of the file, but joined data has a buffer of its own.
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
