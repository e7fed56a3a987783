import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import { checkScans } from "../image/formats/jpeg_scans.ts";
import type { Pixels } from "../image/pixels.ts";
import { placeBytes } from "./place_bytes.ts";

/** What imagescript's `jpeg.wasm` exports, as far as it is used. */
interface JpegExports {
  readonly memory: WebAssembly.Memory;
  walloc(size: number): number;
  decode(bytes: number, length: number, width: number, height: number): number;
  decode_width(image: number): number;
  decode_height(image: number): number;
  decode_format(image: number): number;
  decode_buffer(image: number): number;
  /** Length of the buffer that was asked for last. */
  wlen(): number;
}

/** `decode_format` of the wasm. */
const GREY = 0, CMYK = 2;

/**
 * Decodes a JPEG at the smallest of 1/8, 1/4, 1/2 and 1/1 that still covers a size.
 *
 * The inverse DCT itself works at the reduced size, which makes a 1080p photo for a 320 px model
 * several times cheaper than decoding it whole. Each image gets an instance of its own: wasm
 * memory never shrinks, and an instance that trapped cannot be used again.
 *
 * @param stored Size in the header, before orientation.
 * @param atLeast Size that the pixels must cover.
 * @throws {DomainError} `corrupt-image`.
 */
export function decodeJpeg(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  stored: Size,
  atLeast: Size,
): Pixels {
  checkScans(bytes);
  const wasm = new WebAssembly.Instance(module).exports as unknown as JpegExports;
  const reduction = jpegReduction(stored, atLeast);
  const { width, height } = reducedSize(stored, reduction);
  const input = placeBytes(wasm, bytes);
  const image = wasm.decode(input, bytes.length, width, height);
  // 0 and 1 are the wasm's two ways to say that it failed.
  if (image <= 1) {
    throw new DomainError("corrupt-image", "Cannot decode JPEG as its data is damaged");
  }
  if (wasm.decode_width(image) !== width || wasm.decode_height(image) !== height) {
    throw new DomainError(
      "corrupt-image",
      `Cannot decode JPEG as its data does not have the size of its header, ${stored.width}x${stored.height}`,
    );
  }
  const format = wasm.decode_format(image);
  const start = wasm.decode_buffer(image);
  const data = new Uint8Array(wasm.memory.buffer, start, wasm.wlen());
  return {
    data: format === CMYK ? cmykToRgb(data) : data,
    width,
    height,
    channels: format === GREY ? 1 : 3,
    reduction,
  };
}

/** Ink to light: each of C, M, Y takes from white, and K from what they leave. */
function cmykToRgb(data: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(data.length / 4 * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const light = 255 - data[from + 3];
    rgb[to++] = Math.round((255 - data[from]) * light / 255);
    rgb[to++] = Math.round((255 - data[from + 1]) * light / 255);
    rgb[to++] = Math.round((255 - data[from + 2]) * light / 255);
  }
  return rgb;
}
