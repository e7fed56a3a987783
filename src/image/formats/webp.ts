import type { Size } from "../../core/size.ts";
import { ByteReader } from "./byte_reader.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";
import { hasSignature } from "./signature.ts";

/** Header of a WebP. `width` and `height` are the size of the canvas. */
export interface WebpHeader extends BaseHeader<"webp"> {
  /** Image, or first frame of an animation. Needed by the decoder. */
  readonly frame: WebpFrame;
}

/** Frame of a WebP, and the place of the frame on the canvas. */
export interface WebpFrame {
  /** Left edge of the frame on the canvas, in pixels. */
  readonly left: number;
  /** Top edge of the frame on the canvas, in pixels. */
  readonly top: number;
  /** Width of the frame in pixels. */
  readonly width: number;
  /** Height of the frame in pixels. */
  readonly height: number;
  /**
   * Payload of the `ALPH` chunk, which contains the alpha of a lossy frame. Unset: the frame is
   * opaque or lossless.
   */
  readonly alpha?: Uint8Array;
  /** Payload of the `VP8 ` (lossy) or `VP8L` (lossless) chunk: the encoded pixels. */
  readonly data: Uint8Array;
  /** True if `data` is the payload of `VP8L`. */
  readonly lossless: boolean;
  /** True if a pixel can be transparent. */
  readonly hasAlpha: boolean;
}

/** Number of bytes that the RIFF length does not count: `RIFF` and the length itself. */
const RIFF_BYTES = 8;
const CHUNK_BYTES = 8;
const CANVAS_BYTES = 10;
const FRAME_BYTES = 16;

/**
 * Maximum number of chunks to read. Most real files have a few chunks. The limit bounds the reading
 * time.
 */
const MAX_CHUNKS = 10_000;

const VP8 = 0x56503820;
const VP8L = 0x5650384c;
const VP8X = 0x56503858;
const ALPH = 0x414c5048;
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
 * Reads the canvas, the orientation and the first frame of a WebP (RFC 9649).
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
 * @param behind Number of bytes in the file after the end of the RIFF content. Negative: the file
 *   was cut off.
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
  // A declared Exif block may be missing. In this case, the pixels are upright as stored.
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
 * Reads one frame of an animation from an `ANMF` chunk, which contains further chunks (RFC 9649,
 * section 2.7.1.1).
 */
function readAnimationFrame(reader: ByteReader, length: number): WebpFrame {
  if (length < FRAME_BYTES) {
    throw reader.corrupt(`ANMF must hold at least ${FRAME_BYTES} bytes`, length);
  }
  const inner = reader.part(length);
  skipPadding(reader, length);
  const left = 2 * inner.u24le();
  const top = 2 * inner.u24le();
  const width = inner.u24le() + 1;
  const height = inner.u24le() + 1;
  inner.skip(4); // Duration and flags.
  const chunk = nextChunk(inner);
  const frame = readFrameChunks(inner, chunk.type, chunk.length);
  if (frame.width !== width || frame.height !== height) {
    throw reader.corrupt(
      `its first frame must have the declared ${width}x${height} pixels`,
      `${frame.width}x${frame.height}`,
    );
  }
  return { ...frame, left, top };
}

function isFrameChunk(type: number): boolean {
  return type === ALPH || type === VP8 || type === VP8L;
}

/**
 * Reads the chunks of one frame: a `VP8L` chunk (lossless), or a `VP8 ` chunk (lossy). An `ALPH`
 * chunk (alpha) may come before `VP8 `.
 */
function readFrameChunks(reader: ByteReader, type: number, length: number): WebpFrame {
  let alpha: Uint8Array | undefined;
  let chunk = { type, length };
  while (chunk.type !== VP8 && chunk.type !== VP8L) {
    const payload = takePadded(reader, chunk.length);
    if (chunk.type === ALPH) alpha ??= payload;
    chunk = nextChunk(reader);
  }
  const start = reader.part(chunk.length);
  skipPadding(reader, chunk.length);
  const lossless = chunk.type === VP8L;
  const { width, height, hasAlpha } = lossless ? readLossless(start) : readLossy(start);
  return {
    ...{ left: 0, top: 0, width, height, lossless },
    ...(alpha === undefined || lossless ? {} : { alpha }),
    data: start.whole(),
    hasAlpha: hasAlpha || alpha !== undefined && !lossless,
  };
}

/**
 * Reads the size of a lossy frame (RFC 6386, 9.1). Each side has 14 bits. The two scaling bits
 * after a side are ignored.
 */
function readLossy(reader: ByteReader): Pick<WebpFrame, "width" | "height" | "hasAlpha"> {
  const tag = reader.u24le();
  if ((tag & 1) !== 0) throw reader.corrupt("its frame must be a key frame", "another kind");
  const code = reader.u24le();
  if (code !== 0x2a019d) {
    throw reader.corrupt("a lossy frame must start with code 2a019d", code.toString(16));
  }
  const width = reader.u16() & 0x3fff;
  const height = reader.u16() & 0x3fff;
  if (width === 0 || height === 0) {
    throw reader.corrupt("its frame must be at least 1x1", `${width}x${height}`);
  }
  return { width, height, hasAlpha: false };
}

/**
 * Reads the size and the alpha flag of a lossless frame (RFC 9649, 3.4). The file stores each side
 * minus 1, in 14 bits.
 */
function readLossless(reader: ByteReader): Pick<WebpFrame, "width" | "height" | "hasAlpha"> {
  const signature = reader.u8();
  if (signature !== 0x2f) {
    throw reader.corrupt("a lossless frame must start with byte 47", signature);
  }
  const bits = reader.u32();
  const version = bits >>> 29;
  if (version !== 0) throw reader.corrupt("the version of a lossless frame must be 0", version);
  return {
    width: (bits & 0x3fff) + 1,
    height: (bits >>> 14 & 0x3fff) + 1,
    hasAlpha: (bits & 1 << 28) !== 0,
  };
}

/** Reads the type of a chunk as a number and the length of its payload (RFC 9649, 2.3). */
function nextChunk(reader: ByteReader): { readonly type: number; readonly length: number } {
  let type = 0;
  for (let i = 0; i < 4; i++) type = type << 8 | reader.u8();
  return { type, length: reader.u32() };
}

function takePadded(reader: ByteReader, length: number): Uint8Array {
  const payload = reader.take(length);
  skipPadding(reader, length);
  return payload;
}

function skipPadded(reader: ByteReader, length: number): void {
  reader.skip(length);
  skipPadding(reader, length);
}

/**
 * Skips the padding byte after a chunk payload of odd length. Some programs omit this byte at the
 * end of a file.
 */
function skipPadding(reader: ByteReader, length: number): void {
  if (length % 2 === 1 && reader.remaining > 0) reader.skip(1);
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
