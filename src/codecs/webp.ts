import { DomainError } from "../core/domain_error.ts";
import type { Pixels } from "../image/pixels.ts";
import { readWebpLayout, type WebpFrame } from "../image/formats/webp.ts";
import { decodeSealed, type SealedDecoder } from "./embind_decoder.ts";

/** What the decoder takes of itself, and what it may take for each byte and each pixel. */
const BASE_MEMORY = 32 * 2 ** 20;
const MEMORY_PER_BYTE = 3;
const MEMORY_PER_PIXEL = 16;

const HAS_ALPHA = 0x10;

/** libwebp as icodec 0.6.0 builds it. */
export function webpDecoder(module: WebAssembly.Module): SealedDecoder {
  return {
    module,
    imports: {
      ...{ u: "abort", p: "abort", t: "copy", s: "grow", j: "registerFunction" },
      ...{ e: "getGlobal", h: "getMethodCaller", i: "call" },
    },
    exports: { memory: "w", table: "z", construct: "x", malloc: "A" },
  };
}

/**
 * Decodes a WebP, or the first frame of an animated one onto its transparent canvas, to RGBA.
 *
 * The decoder is given that frame alone, in a file that is made for it, so that it has no container
 * to read differently from us.
 *
 * @throws {DomainError} `corrupt-image`.
 */
export function decodeWebp(decoder: SealedDecoder, bytes: Uint8Array): Pixels {
  const { header: canvas, frame } = readWebpLayout(bytes);
  const { left, top, width, height } = frame;
  const file = stillFile(frame);
  const maxMemory = BASE_MEMORY + MEMORY_PER_BYTE * file.length +
    MEMORY_PER_PIXEL * width * height;
  const pixels = decodeSealed(decoder, file, maxMemory);
  if (pixels.width !== width || pixels.height !== height) {
    throw new DomainError("corrupt-image", "Cannot decode WebP as its data is damaged");
  }
  const size = { width: canvas.width, height: canvas.height };
  if (width === size.width && height === size.height) {
    return { data: pixels.data, ...size, channels: 4, reduction: 1 };
  }
  const data = new Uint8Array(size.width * size.height * 4);
  for (let y = 0; y < height; y++) {
    const row = pixels.data.subarray(y * width * 4, (y + 1) * width * 4);
    data.set(row, ((top + y) * size.width + left) * 4);
  }
  return { data, ...size, channels: 4, reduction: 1 };
}

/** A frame as a file of its own (RFC 9649, 2.5 to 2.7). */
function stillFile({ alpha, data, lossless, width, height }: WebpFrame): Uint8Array {
  const chunks: (readonly [name: string, payload: ArrayLike<number>])[] = [
    ...(alpha === undefined ? [] : [
      ["VP8X", [HAS_ALPHA, 0, 0, 0, ...bytes24(width - 1), ...bytes24(height - 1)]] as const,
      ["ALPH", alpha] as const,
    ]),
    [lossless ? "VP8L" : "VP8 ", data],
  ];
  const padded = chunks.map(([, { length }]) => 8 + length + length % 2);
  const file = new Uint8Array(padded.reduce((sum, length) => sum + length, 12));
  const view = new DataView(file.buffer);
  const put = (text: string, at: number) => file.set(new TextEncoder().encode(text), at);
  put("RIFF", 0);
  view.setUint32(4, file.length - 8, true);
  put("WEBP", 8);
  let at = 12;
  chunks.forEach(([name, payload], i) => {
    put(name, at);
    view.setUint32(at + 4, payload.length, true);
    file.set(payload, at + 8);
    at += padded[i];
  });
  return file;
}

function bytes24(value: number): readonly number[] {
  return [value & 255, value >> 8 & 255, value >> 16];
}
