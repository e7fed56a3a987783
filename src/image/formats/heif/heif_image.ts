import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import type { Orientation } from "../exif_orientation.ts";

/**
 * Coded data and display properties of a HEIF image, needed by a decoder. HEIF is the container
 * format of AVIF and HEIC. The image is an item (a stored image) of the file, or the first frame of
 * an image sequence (animation).
 *
 * @typeParam Sequence Type of the header of the coded data, which describes the format of the
 *   samples.
 */
export interface HeifImage<Sequence> {
  /** Coded colours of the image, or the coded grey values. */
  readonly colour: CodedImage<Sequence>;
  /** Alpha channel, of the same size as the colours. Unset: the image is opaque. */
  readonly alpha?: CodedImage<Sequence>;
  /** True if the stored colours are already multiplied by alpha. */
  readonly isPremultiplied: boolean;
  /**
   * Payload of the `colr` box, which contains the codes of the colour space (ISO/IEC 23091-2).
   * Unset: the coded data contain the colour space.
   */
  readonly colourCodes?: Uint8Array;
  /** Part of the image to show. Unset: the whole image. */
  readonly crop?: Crop;
  /** Rotation or mirroring of the image, applied after the crop. */
  readonly orientation: Orientation;
}

/** Part of an image, in stored pixels. */
export interface Crop extends Size {
  /** Left edge. */
  readonly left: number;
  /** Top edge. */
  readonly top: number;
}

/** Image that is coded as a whole, or as a grid of tiles of the same size. */
export interface CodedImage<Sequence> extends Size {
  /** Number of columns of tiles. 1 if the image is not a grid of tiles. */
  readonly columns: number;
  /** Number of rows of tiles. 1 if the image is not a grid of tiles. */
  readonly rows: number;
  /** Header of the coded data of the first tile, with the format and the size. */
  readonly sequence: Sequence;
  /** Tiles, row by row. A single tile if the image is not a grid of tiles. */
  readonly tiles: readonly CodedTile<Sequence>[];
}

/** Coded data of an image or a tile. */
export interface CodedTile<Sequence> {
  /** AV1 or HEVC data of the image or tile. */
  readonly data: Uint8Array;
  /** Header of the AV1 or HEVC data. */
  readonly sequence: Sequence;
  /**
   * Boxes that select one of several layers of the image (AVIF 1.1, section 2.3). Each array
   * contains a whole box: its header and its payload.
   */
  readonly layers: readonly Uint8Array[];
}

/** Rules for the items (stored images) of a HEIF file that have one coding: AV1 or HEVC. */
export interface Coding<Sequence extends Size> {
  /** Name of the coding in error messages. */
  readonly name: string;
  /** Type of the items that contain coded data, as a number from `boxType()`. */
  readonly itemType: number;
  /** Type of the item's property that contains the configuration of the decoder. */
  readonly configType: number;
  /**
   * Properties of an item that select a layer of the image. The key is the type of the property.
   * The value is the list of allowed payload lengths in bytes.
   */
  readonly layers: ReadonlyMap<number, readonly number[]>;
  /** Maximum number of tiles in a grid. */
  readonly maxTiles: number;
  /**
   * True if rotation and mirroring are applied in the order in which the item lists them (ISO/IEC
   * 23008-12, 6.5.1). False: the rotation always comes first (ISO/IEC 23000-22, 7.3.6.7).
   */
  readonly keepsOrder: boolean;
  /**
   * Reads the header of coded data, and refuses data that would take a decoder too long.
   *
   * @param data Reader of the data, at its start.
   * @param config Payload of the property with the decoder's configuration. Undefined: the data are
   *   a frame of an image sequence (animation).
   */
  readonly read: (data: ByteReader, config: ByteReader | undefined) => Sequence;
}

/**
 * Function that reads the header of AV1 or HEVC data. Several tiles of an image can share the same
 * data. For data that were read before, the function returns the earlier result.
 *
 * @param config Payload of the property with the decoder's configuration. Unset: the data are a
 *   frame of an image sequence (animation).
 */
export type SequenceReader<Sequence> = (data: Uint8Array, config?: ByteReader) => Sequence;

/**
 * Creates a function that reads the headers of the coded data in a file. The function refuses files
 * whose images have more bytes in total than the file.
 *
 * @param file Reader of the whole file.
 */
export function sequenceReader<Sequence extends Size>(
  file: ByteReader,
  coding: Coding<Sequence>,
): SequenceReader<Sequence> {
  const fileBytes = file.whole().length;
  const known = new Map<string, Sequence>();
  let total = 0;
  return (data, config) => {
    // Only a view of the file can be shared by several items (images or tiles). Data that were
    // joined from several byte ranges are a copy, with a buffer other than the file's buffer.
    const isShared = data.buffer === file.whole().buffer;
    const place = `${data.byteOffset} ${data.length} ${config?.whole().byteOffset}`;
    const found = isShared ? known.get(place) : undefined;
    if (found !== undefined) return found;
    total += data.length;
    if (total > fileBytes) {
      throw file.corrupt(`its images must have at most the ${fileBytes} bytes of the file`, total);
    }
    const sequence = coding.read(file.of(data), config);
    if (isShared) known.set(place, sequence);
    return sequence;
  };
}
