import type { Size } from "../../core/size.ts";
import { ByteReader } from "./byte_reader.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";

/**
 * Header of a GIF. The size of the image is the size of the logical screen (the canvas of the GIF),
 * or larger if the first frame extends beyond the screen.
 */
export interface GifHeader extends BaseHeader<"gif"> {
  /** First frame, needed by the decoder. */
  readonly frame: GifFrame;
}

/** Description of the first frame of a GIF. */
export interface GifFrame extends Size {
  /** Left edge of the frame on the logical screen (the canvas of the GIF), in pixels. */
  readonly left: number;
  /** Top edge of the frame on the logical screen (the canvas of the GIF), in pixels. */
  readonly top: number;
  /** True if the rows are stored in four passes (GIF89a, appendix E). */
  readonly interlaced: boolean;
  /** Colour index of transparent pixels. Unset: all pixels are opaque. */
  readonly transparent?: number;
  /**
   * Global colour table: red, green and blue of each colour index. Unset: the frame has its own
   * colour table, or the file has no colour table.
   */
  readonly globalTable?: Uint8Array;
  /** Bytes of the frame's own colour table. 0: the frame has no colour table. */
  readonly localTableBytes: number;
  /**
   * Byte offset in the file right after the image descriptor (the header of the frame). The frame's
   * own colour table begins at this offset. If the frame has no colour table, the pixel data begin
   * at this offset.
   */
  readonly start: number;
}

const SIGNATURE_BYTES = 6;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const HAS_TRANSPARENT_INDEX = 0x01;
const IS_INTERLACED = 0x40;

/**
 * Maximum number of extensions (blocks with additional data, such as comments) before the first
 * frame. Real files have a few extensions. The limit bounds the reading time.
 */
const MAX_EXTENSIONS = 10_000;

/**
 * Number of bits per colour index, assumed for a GIF without a colour table. The largest colour
 * table has 2^8 colours.
 */
const MAX_INDEX_BITS = 8;

/** The GIF format. */
export const GIF: ImageFormat<GifHeader> = {
  name: "GIF",
  signatures: ["GIF87a", "GIF89a"],
  readHeader: readGifHeader,
};

/**
 * Reads the header of a GIF, up to and including the header of the first frame (image descriptor;
 * GIF89a, sections 17 to 26).
 *
 * If the first frame extends beyond the logical screen (the canvas of the GIF), the screen is
 * enlarged, as in browsers.
 *
 * @param bytes Whole file. The caller has checked that the file begins with the GIF signature.
 * @throws {DomainError} `truncated-image`, if the file ends before its first image;
 * `corrupt-image`, if the file has no image, or if the first image has no pixels.
 *
 * @example
 * ```ts
 * import { readGifHeader } from "./gif.ts";
 *
 * const signature = [0x47, 0x49, 0x46, 0x38, 0x39, 0x61];
 * const screen = [3, 0, 2, 0, 0, 0, 0];
 * const image = [0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0];
 * const header = readGifHeader(Uint8Array.of(...signature, ...screen, ...image));
 * if (header.width !== 3 || header.height !== 2) throw new Error("it is 3 wide and 2 high");
 * ```
 */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  const reader = new ByteReader(bytes, "GIF", "little-endian");
  reader.skip(SIGNATURE_BYTES);

  const screen = readSize(reader);
  const globalBits = indexBits(reader.u8());
  reader.skip(2); // Background colour and pixel aspect ratio.
  const globalTable = globalBits === undefined ? undefined : reader.take(3 << globalBits);

  const transparent = skipToImage(reader);
  const left = reader.u16();
  const top = reader.u16();
  const size = readSize(reader);
  if (size.width === 0 || size.height === 0) {
    throw reader.corrupt(
      "its first frame must be at least 1x1",
      `${size.width}x${size.height}`,
    );
  }
  const packed = reader.u8();
  const localBits = indexBits(packed);

  const width = Math.max(screen.width, left + size.width);
  const height = Math.max(screen.height, top + size.height);
  return {
    format: "gif",
    ...{ width, height, orientation: 1 },
    bitDepth: localBits ?? globalBits ?? MAX_INDEX_BITS,
    channels: 1,
    hasAlpha: transparent !== undefined || size.width < width || size.height < height,
    frame: {
      ...{ left, top, ...size },
      interlaced: (packed & IS_INTERLACED) !== 0,
      ...(transparent === undefined ? {} : { transparent }),
      ...(globalTable === undefined || localBits !== undefined ? {} : { globalTable }),
      localTableBytes: localBits === undefined ? 0 : 3 << localBits,
      start: bytes.length - reader.remaining,
    },
  };
}

function readSize(reader: ByteReader): Size {
  return { width: reader.u16(), height: reader.u16() };
}

/**
 * Reads the number of bits per colour index from the flags of the logical screen or of a frame
 * (GIF89a, sections 18 and 20).
 *
 * @returns Number of bits, or `undefined` if there is no colour table.
 */
function indexBits(packed: number): number | undefined {
  return (packed & 0x80) === 0 ? undefined : (packed & 0x07) + 1;
}

/**
 * Skips the extensions (blocks with additional data, such as comments) before the first image.
 *
 * @returns Colour index of transparent pixels, from the last graphic control extension. Undefined:
 *   no pixel is transparent.
 */
function skipToImage(reader: ByteReader): number | undefined {
  let transparent: number | undefined;
  for (let extensions = 0; extensions < MAX_EXTENSIONS; extensions++) {
    const block = reader.u8();
    if (block === IMAGE) return transparent;
    if (block === TRAILER) throw reader.corrupt("it must hold an image", "none");
    if (block !== EXTENSION) {
      throw reader.corrupt("a block must start with byte 33, 44 or 59", block);
    }
    const label = reader.u8();
    const content = firstSubBlock(reader);
    if (label === GRAPHIC_CONTROL) transparent = transparentIndex(content);
  }
  throw reader.corrupt(`at most ${MAX_EXTENSIONS} extensions may precede its first frame`, "more");
}

/**
 * Reads the data of an extension: sub-blocks, ended by an empty sub-block. Returns the first
 * sub-block (GIF89a, 15 and 16).
 */
function firstSubBlock(reader: ByteReader): Uint8Array {
  const first = reader.take(reader.u8());
  if (first.length === 0) return first;
  for (let length = reader.u8(); length !== 0; length = reader.u8()) reader.skip(length);
  return first;
}

/**
 * Reads the colour index of transparent pixels from a graphic control extension (GIF89a, section
 * 23).
 */
function transparentIndex([flags = 0, , , index]: Uint8Array): number | undefined {
  return (flags & HAS_TRANSPARENT_INDEX) === 0 ? undefined : index;
}
