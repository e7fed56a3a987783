import type { Size } from "../../core/size.ts";
import { ByteReader } from "./byte_reader.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";

/** Header of a GIF; its size is the logical screen. */
export type GifHeader = BaseHeader<"gif">;

const SIGNATURE_BYTES = 6;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** Far more extensions than one frame needs; more would only cost time. */
const MAX_EXTENSIONS = 10_000;

/** Index bits of a GIF without a colour table: the largest table has 2^8 colours. */
const MAX_INDEX_BITS = 8;

/** The GIF format. */
export const GIF: ImageFormat<GifHeader> = {
  name: "GIF",
  signatures: ["GIF87a", "GIF89a"],
  readHeader: readGifHeader,
  endsEarly: (bytes) => bytes.findLast((byte) => byte !== 0) !== TRAILER,
};

/**
 * Reads the header of a GIF, up to and including its first image descriptor (GIF89a, 17 to 26).
 *
 * @param bytes The file; its first six bytes are assumed to be the signature.
 * @throws {DomainError} `truncated-image`, if it ends before its first image; `corrupt-image`, if
 * it has no image, a size is 0 or the first frame is not inside the screen.
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

  const screen = readSize(reader, "screen");
  const globalBits = indexBits(reader.u8());
  reader.skip(2); // Background colour and pixel aspect ratio.
  if (globalBits !== undefined) reader.skip(3 << globalBits);

  skipToImage(reader);
  const localBits = indexBits(readFrame(reader, screen));

  return {
    format: "gif",
    ...screen,
    orientation: 1,
    bitDepth: localBits ?? globalBits ?? MAX_INDEX_BITS,
    channels: 1,
    hasAlpha: true,
  };
}

function readSize(reader: ByteReader, name: string): Size {
  const width = reader.u16();
  const height = reader.u16();
  if (width === 0 || height === 0) {
    throw reader.corrupt(`its ${name} must be at least 1x1`, `${width}x${height}`);
  }
  return { width, height };
}

/**
 * Reads the index bits from the packed byte of a descriptor (GIF89a, 18 and 20).
 *
 * @returns Bits of an index, or `undefined` if there is no colour table.
 */
function indexBits(packed: number): number | undefined {
  return (packed & 0x80) === 0 ? undefined : (packed & 0x07) + 1;
}

function skipToImage(reader: ByteReader): void {
  for (let extensions = 0; extensions < MAX_EXTENSIONS; extensions++) {
    const block = reader.u8();
    if (block === IMAGE) return;
    if (block === TRAILER) throw reader.corrupt("it must hold an image", "none");
    if (block !== EXTENSION) {
      throw reader.corrupt("a block must start with byte 33, 44 or 59", block);
    }
    reader.skip(1); // Kind of the extension.
    skipSubBlocks(reader);
  }
  throw reader.corrupt(`at most ${MAX_EXTENSIONS} extensions may precede its first frame`, "more");
}

/** Skips a chain of sub-blocks, which ends at the first empty one (GIF89a, 15 and 16). */
function skipSubBlocks(reader: ByteReader): void {
  for (let length = reader.u8(); length !== 0; length = reader.u8()) reader.skip(length);
}

/** Checks the rectangle of an image descriptor (GIF89a, 20) and returns its packed byte. */
function readFrame(reader: ByteReader, screen: Size): number {
  const left = reader.u16();
  const top = reader.u16();
  const frame = readSize(reader, "first frame");
  const packed = reader.u8();
  if (left + frame.width > screen.width || top + frame.height > screen.height) {
    throw reader.corrupt(
      `its first frame must lie inside the screen of ${screen.width}x${screen.height}`,
      `${frame.width}x${frame.height} at (${left}, ${top})`,
    );
  }
  return packed;
}
