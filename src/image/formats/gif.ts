import type { Size } from "../../core/size.ts";
import { ByteReader } from "./byte_reader.ts";
import type { ImageHeader } from "./image_header.ts";

const SIGNATURE_BYTES = 6;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** Far more extensions than one frame can use; a file of nothing else only costs time. */
const MAX_EXTENSIONS = 10_000;

/** Bits of an index when no colour table says: the most that a table can need. */
const MAX_INDEX_BITS = 8;

/**
 * Reads the header of a GIF, up to and with its first image descriptor (GIF89a, 17 to 26).
 *
 * @param bytes The file; its first six bytes are taken to be the signature.
 * @throws {DomainError} `truncated-image`, if it ends before its first image; `corrupt-image`, if
 * it holds no image, a size is 0 or the first frame does not lie inside the screen.
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
export function readGifHeader(bytes: Uint8Array): ImageHeader {
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

/** Reads the packed byte of a descriptor (GIF89a, 18 and 20): no bits where there is no table. */
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
    reader.skip(1); // Which extension it is.
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
