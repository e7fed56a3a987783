import type { ByteReader } from "./byte_reader.ts";
import { nextChunk, skipPadding, takePadded } from "./webp_chunks.ts";

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
  /** True if `data` is the payload of a `VP8L` chunk. */
  readonly lossless: boolean;
  /** True if a pixel can be transparent. */
  readonly hasAlpha: boolean;
}

const FRAME_BYTES = 16;

const VP8 = 0x56503820;
const VP8L = 0x5650384c;
const ALPH = 0x414c5048;

/**
 * Reads one frame of an animation from an `ANMF` chunk, which contains further chunks (RFC 9649,
 * section 2.7.1.1).
 */
export function readAnimationFrame(reader: ByteReader, length: number): WebpFrame {
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

/** Returns true if a chunk is a part of an image: alpha, lossy or lossless pixels. */
export function isFrameChunk(type: number): boolean {
  return type === ALPH || type === VP8 || type === VP8L;
}

/**
 * Reads the pixels of one frame from a `VP8L` chunk (lossless) or a `VP8 ` chunk (lossy). An `ALPH`
 * chunk (alpha) may come before `VP8 `.
 */
export function readFrameChunks(reader: ByteReader, type: number, length: number): WebpFrame {
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
