import { DomainError } from "../core/domain_error.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import type { WebpFrame } from "../image/formats/webp_frame.ts";
import type { Decoder } from "./decoder.ts";
import { embindDecoder } from "./embind_decoder.ts";
import { WEBP_BUILD } from "./icodec_builds.ts";
import { memoryLimit } from "./memory_limit.ts";

/** Bytes of memory that the decoder may use for every image, besides the memory of the pixels. */
const BASE_MEMORY = 32 * 2 ** 20;
/** Bytes of memory that the decoder may use for each byte of the file. */
const MEMORY_PER_BYTE = 3;

/** Flag in the chunk `VP8X`: the image has an alpha channel. */
const HAS_ALPHA = 0x10;
/** Bytes of a chunk header: the type and the length of the chunk. */
const CHUNK_BYTES = 8;

/**
 * Creates a decoder from WebP to RGBA. The decoder returns only the first frame of an animation, on
 * a transparent canvas.
 *
 * The library libwebp reads a new file that contains only one frame, because libwebp could
 * interpret the original file differently from our header reader.
 *
 * @param module Compiled `webp-dec.wasm` of the package icodec.
 */
export function webpDecoder(module: WebAssembly.Module): Decoder<"webp"> {
  const decode = embindDecoder(WEBP_BUILD, module);
  return (_bytes, header) => {
    const { width: canvasWidth, height: canvasHeight, frame } = header;
    const { left, top, width, height } = frame;
    const file = stillFile(frame);
    const estimate = decodedBytes(header, header);
    const pixels = decode(file, memoryLimit(BASE_MEMORY, MEMORY_PER_BYTE * file.length, estimate));
    if (pixels.width !== width || pixels.height !== height) {
      throw new DomainError("corrupt-image", "Cannot decode WebP as its data is damaged");
    }
    const canvas = { width: canvasWidth, height: canvasHeight, channels: 4, reduction: 1 } as const;
    if (width === canvasWidth && height === canvasHeight) return { data: pixels.data, ...canvas };
    const data = new Uint8Array(canvasWidth * canvasHeight * 4);
    for (let y = 0; y < height; y++) {
      const row = pixels.data.subarray(y * width * 4, (y + 1) * width * 4);
      data.set(row, ((top + y) * canvasWidth + left) * 4);
    }
    return { data, ...canvas };
  };
}

/** Chunk of a WebP file: its type and its content. */
type Chunk = readonly [type: string, payload: ArrayLike<number>];

/** Writes a frame into a new WebP file (RFC 9649, sections 2.5 to 2.7). */
function stillFile({ alpha, data, lossless, width, height }: WebpFrame): Uint8Array {
  const pixels: Chunk = [lossless ? "VP8L" : "VP8 ", data];
  if (alpha === undefined) return riffFile([pixels]);
  const canvas = [HAS_ALPHA, 0, 0, 0, ...bytes24(width - 1), ...bytes24(height - 1)];
  return riffFile([["VP8X", canvas], ["ALPH", alpha], pixels]);
}

function riffFile(chunks: readonly Chunk[]): Uint8Array {
  const bodyBytes = chunks.reduce((sum, [, { length }]) => sum + CHUNK_BYTES + padded(length), 4);
  const file = new Uint8Array(CHUNK_BYTES + bodyBytes);
  const view = new DataView(file.buffer);
  const writeHeader = (type: string, length: number, at: number) => {
    file.set(new TextEncoder().encode(type), at);
    view.setUint32(at + 4, length, true);
  };
  writeHeader("RIFF", bodyBytes, 0);
  file.set(new TextEncoder().encode("WEBP"), CHUNK_BYTES);
  let at = CHUNK_BYTES + 4;
  for (const [type, payload] of chunks) {
    writeHeader(type, payload.length, at);
    file.set(payload, at + CHUNK_BYTES);
    at += CHUNK_BYTES + padded(payload.length);
  }
  return file;
}

/** Returns the length of a chunk's payload after padding to an even number of bytes. */
function padded(length: number): number {
  return length + length % 2;
}

function bytes24(value: number): readonly number[] {
  return [value & 255, value >> 8 & 255, value >> 16];
}
