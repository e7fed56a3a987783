import { DomainError } from "../core/domain_error.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import type { PngHeader } from "../image/formats/png.ts";
import type { Pixels } from "../image/pixels.ts";
import { type Decoder, endsTooEarly } from "./decoder.ts";

/** Exports of `png.wasm`, which `wasm/png/decoder.c` documents. */
interface PngExports {
  readonly memory: WebAssembly.Memory;
  readHeader(maxMemory: number): void;
  width(): number;
  height(): number;
  channels(): 1 | 3 | 4;
  allocatePixels(): number;
  readPixels(pixels: number): void;
  isComplete(): number;
}

/** Error that the decoder reports. */
class ReportedError extends Error {}

/** Memory of the decoder besides `decodedBytes`: stack, tables, and rows of up to 65535 pixels. */
const BASE_MEMORY = 4 * 2 ** 20;

/**
 * Creates a decoder of a PNG of any colour type and depth to grey, RGB or RGBA, 8 bits per sample.
 *
 * Chunks that are not needed may be damaged, and data behind the pixels is ignored, as in browsers.
 * Each image gets a new instance: wasm memory never shrinks, and an instance that failed cannot be
 * used again. Its memory is limited to the estimate from the header.
 *
 * @param module `png.wasm` of this folder.
 */
export function pngDecoder(module: WebAssembly.Module): Decoder<"png"> {
  return (bytes, header) => decodePng(module, bytes, header);
}

function decodePng(module: WebAssembly.Module, bytes: Uint8Array, header: PngHeader): Pixels {
  const { width, height } = header;
  const wasm = newInstance(module, bytes);
  try {
    wasm.readHeader(BASE_MEMORY + Math.ceil(decodedBytes(header, header)));
    if (wasm.width() !== width || wasm.height() !== height) {
      throw new ReportedError(`its size must be the ${width}x${height} of its first chunk`);
    }
    const start = wasm.allocatePixels() >>> 0;
    readPixels(wasm, start);
    const channels = wasm.channels();
    const data = new Uint8Array(wasm.memory.buffer, start, width * height * channels);
    return { data, width, height, channels, reduction: 1 };
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error;
    throw new DomainError(
      "corrupt-image",
      `Cannot decode PNG as its data is damaged: ${error.message}`,
    );
  }
}

/** Ignores errors behind the last pixel. */
function readPixels(wasm: PngExports, start: number): void {
  try {
    wasm.readPixels(start);
  } catch (error) {
    if (!(error instanceof ReportedError) || wasm.isComplete() === 0) throw error;
  }
  if (wasm.isComplete() === 0) throw new ReportedError("its checksums are wrong");
}

/** Creates an instance, whose imports can only read the file and throw an error. */
function newInstance(module: WebAssembly.Module, bytes: Uint8Array): PngExports {
  let at = 0;
  const read = (to: number, size: number) => {
    if (size > bytes.length - at) throw endsTooEarly("PNG", bytes);
    new Uint8Array(wasm.memory.buffer, to >>> 0, size).set(bytes.subarray(at, at + size));
    at += size;
  };
  const fail = (message: number, length: number) => {
    const text = new Uint8Array(wasm.memory.buffer, message, length);
    throw new ReportedError(new TextDecoder().decode(text));
  };
  const instance = new WebAssembly.Instance(module, { env: { read, fail } });
  const wasm = instance.exports as unknown as PngExports;
  return wasm;
}
