import type { Size } from "../../core/size.ts";
import { ByteReader } from "./byte_reader.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";
import { hasSignature } from "./signature.ts";
import { CHUNK_BYTES, nextChunk, skipPadded, takePadded } from "./webp_chunks.ts";
import { isFrameChunk, readAnimationFrame, readFrameChunks, type WebpFrame } from "./webp_frame.ts";

/** Header of a WebP. `width` and `height` are the size of the canvas. */
export interface WebpHeader extends BaseHeader<"webp"> {
  /** Image, or first frame of an animation. Needed by the decoder. */
  readonly frame: WebpFrame;
}

/**
 * Number of bytes at the start of the file that the stored length does not count: the four letters
 * `RIFF` and the length itself.
 */
const RIFF_BYTES = 8;
const CANVAS_BYTES = 10;

/**
 * Maximum number of chunks to read. Most real files have a few chunks. The limit bounds the reading
 * time.
 */
const MAX_CHUNKS = 10_000;

const VP8X = 0x56503858;
const ANMF = 0x414e4d46;
const EXIF = 0x45584946;

const ANIMATED = 0x02;
const HAS_EXIF = 0x08;
const HAS_ALPHA = 0x10;

const EXIF_PREFIX = "Exif\0\0";

/** The WebP format. */
export const WEBP: ImageFormat<WebpHeader> = {
  name: "WebP",
  signatures: ["RIFF????WEBP"],
  readHeader: readWebpHeader,
};

/**
 * Reads the size of the canvas, the orientation and the first frame of a WebP (RFC 9649).
 *
 * The Exif block comes after the pixels. If the file declares an Exif block, all chunks are
 * searched for this block.
 *
 * A WebP stores some sizes twice. The two copies of a size must be equal, because different parts
 * of a decoder use different copies.
 *
 * @param bytes Whole file. The caller has checked that the file begins with the WebP signature (12
 *   bytes).
 * @throws {DomainError} `truncated-image`, if the file ends inside the first frame or before the
 * Exif block; `corrupt-image`, if the file has no frame or breaks the standard.
 *
 * @example
 * ```ts
 * import { readWebpHeader } from "./webp.ts";
 *
 * const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
 * const image = [0x2f, 2, 0x40, 0, 0]; // Width 3 and height 2, minus 1, 14 bits each.
 * const bytes = Uint8Array.of(...text("RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0"), ...image, 0);
 * const { width, height, frame } = readWebpHeader(bytes);
 * if (width !== 3 || height !== 2 || !frame.lossless) throw new Error("3x2, lossless");
 * ```
 */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const reader = new ByteReader(bytes, "WebP", "little-endian");
  reader.skip(4);
  const end = RIFF_BYTES + reader.u32();
  reader.skip(4);
  const { type, length } = nextChunk(reader);
  if (type === VP8X) return readExtended(reader, length, bytes.length - end);
  const frame = readFrameChunks(reader, type, length);
  return headerOf(frame, frame, frame.hasAlpha, 1);
}

/**
 * Reads a WebP that begins with the chunk `VP8X`. The file contains a canvas, an image or an
 * animation, and possibly Exif.
 *
 * @param behind Number of bytes after the end that the file declares. Negative: the file was cut
 *   off.
 */
function readExtended(reader: ByteReader, length: number, behind: number): WebpHeader {
  if (length < CANVAS_BYTES) {
    throw reader.corrupt(`VP8X must hold ${CANVAS_BYTES} bytes`, length);
  }
  const flags = reader.u8();
  reader.skip(3);
  const canvas = { width: reader.u24le() + 1, height: reader.u24le() + 1 };
  skipPadded(reader, length - CANVAS_BYTES);

  const animated = (flags & ANIMATED) !== 0;
  let frame: WebpFrame | undefined;
  let orientation: Orientation | undefined;
  // A declared Exif block may be missing. In this case, the stored pixels count as upright.
  for (
    let chunks = 0;
    frame === undefined ||
    (flags & HAS_EXIF) !== 0 && orientation === undefined &&
      reader.remaining - behind >= CHUNK_BYTES;
    chunks++
  ) {
    if (chunks === MAX_CHUNKS) throw reader.corrupt(`it may hold ${MAX_CHUNKS} chunks`, "more");
    const chunk = nextChunk(reader);
    if (chunk.type === EXIF) {
      orientation ??= orientationOf(takePadded(reader, chunk.length));
    } else if (frame !== undefined) {
      skipPadded(reader, chunk.length);
    } else if (animated && chunk.type === ANMF) {
      frame = readAnimationFrame(reader, chunk.length);
    } else if (!animated && isFrameChunk(chunk.type)) {
      frame = readFrameChunks(reader, chunk.type, chunk.length);
    } else {
      skipPadded(reader, chunk.length);
    }
  }

  // If the flags of the file do not announce alpha, browsers ignore the alpha of a lossy frame.
  if ((flags & HAS_ALPHA) === 0) frame = withoutAlpha(frame);
  const { left, top, width, height } = frame;
  if (left + width > canvas.width || top + height > canvas.height) {
    throw reader.corrupt(
      `its first frame must lie inside the canvas of ${canvas.width}x${canvas.height}`,
      `${width}x${height} at (${left}, ${top})`,
    );
  }
  const covers = width === canvas.width && height === canvas.height;
  if (!animated && !covers) {
    throw reader.corrupt(
      `its image must fill the canvas of ${canvas.width}x${canvas.height}`,
      `${width}x${height}`,
    );
  }
  const hasAlpha = frame.hasAlpha || !covers || (flags & HAS_ALPHA) !== 0;
  return headerOf(canvas, frame, hasAlpha, orientation ?? 1);
}

/** Drops the alpha of a lossy frame. */
function withoutAlpha({ alpha, ...frame }: WebpFrame): WebpFrame {
  return alpha === undefined ? frame : { ...frame, hasAlpha: false };
}

function headerOf(
  { width, height }: Size,
  frame: WebpFrame,
  hasAlpha: boolean,
  orientation: Orientation,
): WebpHeader {
  const channels = hasAlpha ? 4 : 3;
  const isPartial = frame.width < width || frame.height < height;
  return {
    ...{ format: "webp", width, height, orientation, bitDepth: 8, channels, hasAlpha, frame },
    ...isPartial && { isPartial },
  };
}

/**
 * Returns the orientation of an Exif block. Ignores the prefix `Exif\0\0`, which some programs
 * write before the block.
 */
function orientationOf(exif: Uint8Array): Orientation | undefined {
  return exifOrientation(
    hasSignature(exif, EXIF_PREFIX) ? exif.subarray(EXIF_PREFIX.length) : exif,
  );
}
