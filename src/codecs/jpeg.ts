import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import { checkScans } from "../image/formats/jpeg_scans.ts";
import type { Pixels } from "../image/pixels.ts";
import type { Decoder } from "./decoder.ts";
import { placeBytes } from "./place_bytes.ts";

/** Exports of imagescript's `jpeg.wasm` that are used. */
interface JpegExports {
  readonly memory: WebAssembly.Memory;
  walloc(size: number): number;
  decode(bytes: number, length: number, width: number, height: number): number;
  decode_width(image: number): number;
  decode_height(image: number): number;
  decode_format(image: number): number;
  decode_buffer(image: number): number;
  /** Returns the length of the buffer that the last call returned. */
  wlen(): number;
}

/** Results of `decode_format`. */
const GREY = 0, CMYK = 2;

/**
 * Creates a decoder of a JPEG at the smallest scale of 1/8, 1/4, 1/2 and 1/1 that covers a size.
 *
 * The inverse DCT runs at the reduced size. For a 1080p photo and a 320 px model this is several
 * times cheaper than decoding at full size. Each image gets a new instance: wasm memory never
 * shrinks, and an instance that trapped cannot be used again.
 *
 * @param module imagescript's `jpeg.wasm`.
 */
export function jpegDecoder(module: WebAssembly.Module): Decoder<"jpeg"> {
  return (bytes, header, atLeast) => decodeJpeg(module, bytes, header, atLeast);
}

function decodeJpeg(
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
  // Results 0 and 1 both mean failure.
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

/** Converts CMYK to RGB: C, M and Y each absorb light, and K absorbs part of the rest. */
function cmykToRgb(data: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(data.length / 4 * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const light = 255 - data[from + 3]!;
    rgb[to++] = Math.round((255 - data[from]!) * light / 255);
    rgb[to++] = Math.round((255 - data[from + 1]!) * light / 255);
    rgb[to++] = Math.round((255 - data[from + 2]!) * light / 255);
  }
  return rgb;
}
