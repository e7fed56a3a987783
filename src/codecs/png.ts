import { DomainError } from "../core/domain_error.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import type { PngHeader } from "../image/formats/png.ts";
import type { Pixels } from "../image/pixels.ts";
import { type Decoder, endsTooEarly } from "./decoder.ts";
import { memoryLimit } from "./memory_limit.ts";
import { failureText } from "./wasm_failure.ts";

/** Exports of `png.wasm`, documented in `wasm/png/decoder.c`. */
interface PngExports {
  readonly memory: WebAssembly.Memory;
  allocateFile(length: number, maxMemory: number): number;
  readHeader(): void;
  failure(): number;
  endsEarly(): number;
  width(): number;
  height(): number;
  channels(): 1 | 3 | 4;
  allocatePixels(): number;
  readPixels(pixels: number): void;
  isComplete(): number;
}

/** Bytes of memory that the decoder takes for every image: stack, tables and two rows of pixels. */
const BASE_MEMORY = 4 * 2 ** 20;

/**
 * Creates a PNG decoder. The decoder reads all colour types and bit depths. The decoded image is
 * grey, RGB or RGBA with 8 bits per sample.
 *
 * Like browsers, the decoder ignores damage in chunks that the decoder does not need, and all data
 * after the pixels.
 *
 * Each image gets a new wasm instance, because wasm memory never shrinks and a failed instance
 * cannot be used again. The instance may use as much memory as estimated from the image header.
 *
 * @param module Compiled `png.wasm`.
 */
export function pngDecoder(module: WebAssembly.Module): Decoder<"png"> {
  return (bytes, header) => decodePng(module, bytes, header);
}

function decodePng(module: WebAssembly.Module, bytes: Uint8Array, header: PngHeader): Pixels {
  const { width, height } = header;
  const wasm = new WebAssembly.Instance(module).exports as unknown as PngExports;
  try {
    placeFile(wasm, bytes, decodedBytes(header, header));
    wasm.readHeader();
    if (wasm.width() !== width || wasm.height() !== height) {
      throw damaged(`its size must be the ${width}x${height} of its first chunk`);
    }
    const start = wasm.allocatePixels() >>> 0;
    readPixels(wasm, start);
    const channels = wasm.channels();
    const data = new Uint8Array(wasm.memory.buffer, start, width * height * channels);
    return { data, width, height, channels, reduction: 1 };
  } catch (error) {
    const reason = failureText(wasm.memory, wasm.failure());
    if (error instanceof DomainError || reason === undefined) throw error;
    if (wasm.endsEarly() !== 0) throw endsTooEarly("PNG", bytes);
    throw damaged(reason);
  }
}

function placeFile(wasm: PngExports, bytes: Uint8Array, estimate: number): void {
  const maxMemory = memoryLimit(BASE_MEMORY, bytes.length, estimate);
  const file = wasm.allocateFile(bytes.length, maxMemory) >>> 0;
  new Uint8Array(wasm.memory.buffer, file, bytes.length).set(bytes);
}

/**
 * Reads the pixels. Ignores damage after the last pixel, but refuses a file that ends too early.
 */
function readPixels(wasm: PngExports, start: number): void {
  try {
    wasm.readPixels(start);
  } catch (error) {
    const isDamage = wasm.failure() !== 0 && wasm.endsEarly() === 0;
    if (!isDamage || wasm.isComplete() === 0) throw error;
  }
  if (wasm.isComplete() === 0) throw damaged("its checksums are wrong");
}

function damaged(reason: string): DomainError {
  return new DomainError("corrupt-image", `Cannot decode PNG as its data is damaged: ${reason}`);
}
