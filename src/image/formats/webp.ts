import { ByteReader } from "./byte_reader.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";
import type { ImageHeader } from "./image_header.ts";
import { hasSignature } from "./signature.ts";

/** What a WebP holds, and where its first frame lies. */
export interface WebpLayout {
  /** The header; its size is that of the canvas. */
  readonly header: ImageHeader;
  /** The first frame of an animation, or the one image. */
  readonly frame: WebpFrame;
}

/** One frame of a WebP, on its canvas. */
export interface WebpFrame {
  /** Canvas pixels left of it. */
  readonly left: number;
  /** Canvas pixels above it. */
  readonly top: number;
  /** Its own width. */
  readonly width: number;
  /** Its own height. */
  readonly height: number;
  /** Payload of the `ALPH` chunk; none where the frame is opaque or lossless. */
  readonly alpha?: Uint8Array;
  /** Payload of the `VP8 ` or `VP8L` chunk. */
  readonly data: Uint8Array;
  /** Whether `data` is `VP8L`. */
  readonly lossless: boolean;
  /** Whether a pixel can be transparent. */
  readonly hasAlpha: boolean;
}

/** `RIFF` and the length of what follows. */
const RIFF_BYTES = 8;
const CHUNK_BYTES = 8;
const CANVAS_BYTES = 10;
const FRAME_BYTES = 16;

/** Far more than there are kinds, frames apart; a file of nothing else only costs time. */
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

/**
 * Finds the canvas, the orientation and the first frame of a WebP (RFC 9649).
 *
 * The Exif block stands behind the pixels, so all chunks are walked where the file says that it
 * has one. Sizes that are told twice must agree: each part of a decoder believes another one.
 *
 * @param bytes The file; its first twelve bytes are taken to be the signature.
 * @throws {DomainError} `truncated-image`, if it ends before its first frame does, or before its
 * Exif block; `corrupt-image`, if it holds no frame or breaks the standard.
 *
 * @example
 * ```ts
 * import { readWebpLayout, type WebpFrame, type WebpLayout } from "./webp.ts";
 *
 * const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
 * const image = [0x2f, 2, 0x40, 0, 0]; // 3 wide and 2 high, less 1 each, 14 bits each
 * const bytes = Uint8Array.of(...text("RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0"), ...image, 0);
 * const { header, frame }: WebpLayout = readWebpLayout(bytes);
 * const { lossless }: WebpFrame = frame;
 * if (header.width !== 3 || header.height !== 2 || !lossless) throw new Error("3x2, lossless");
 * ```
 */
export function readWebpLayout(bytes: Uint8Array): WebpLayout {
  const reader = new ByteReader(bytes, "WebP", "little-endian");
  reader.skip(4);
  const end = RIFF_BYTES + reader.u32();
  reader.skip(4);
  const { type, length } = nextChunk(reader);
  if (type === VP8X) return readExtended(reader, length, bytes.length - end);
  const frame = readFrameChunks(reader, type, length);
  return { header: headerOf(frame, frame.hasAlpha, 1), frame };
}

/**
 * Reads what follows `VP8X`: a canvas, one image or an animation, and what is told of them.
 *
 * @param behind Bytes of the file behind its last chunk; below 0 where it was cut off.
 */
function readExtended(reader: ByteReader, length: number, behind: number): WebpLayout {
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
  // Exif may be promised and not there: then the pixels are shown as they are stored.
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
  return { header: headerOf(canvas, hasAlpha, orientation ?? 1), frame };
}

function headerOf(
  { width, height }: { readonly width: number; readonly height: number },
  hasAlpha: boolean,
  orientation: Orientation,
): ImageHeader {
  const channels = hasAlpha ? 4 : 3;
  return { format: "webp", width, height, orientation, bitDepth: 8, channels, hasAlpha };
}

/** Reads one frame of an animation, chunks of its own inside one chunk (RFC 9649, 2.7.1.1). */
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
      `its first frame must have the ${width}x${height} pixels that it is said to have`,
      `${frame.width}x${frame.height}`,
    );
  }
  return { ...frame, left, top };
}

function isFrameChunk(type: number): boolean {
  return type === ALPH || type === VP8 || type === VP8L;
}

/** Reads the chunks of one frame: `ALPH` and `VP8 `, `VP8 ` alone, or `VP8L`. */
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

/** Reads the size out of a lossy frame (RFC 6386, 9.1): 14 bits each, then two of scaling. */
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

/** Reads the size out of a lossless frame (RFC 9649, 3.4): 14 bits each, less 1, then alpha. */
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

/** Reads the type of a chunk, as a number, and the length of its payload (RFC 9649, 2.3). */
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

/** A payload of odd length is followed by a byte of padding, which some writers leave out at the end. */
function skipPadding(reader: ByteReader, length: number): void {
  if (length % 2 === 1 && reader.remaining > 0) reader.skip(1);
}

/** Some writers put the prefix that Exif has in JPEG in front of it. */
function orientationOf(exif: Uint8Array): Orientation | undefined {
  return exifOrientation(
    hasSignature(exif, EXIF_PREFIX) ? exif.subarray(EXIF_PREFIX.length) : exif,
  );
}
