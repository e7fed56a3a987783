import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import type { JpegHeader } from "../image/formats/jpeg.ts";
import { checkScans, MAX_VISITED_BLOCKS } from "../image/formats/jpeg_scans.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import type { Pixels, Reduction } from "../image/pixels.ts";
import { type Decoder, endsTooEarly } from "./decoder.ts";
import { memoryLimit } from "./memory_limit.ts";
import { failureText } from "./wasm_failure.ts";

/** Exports of `jpeg.wasm`, documented in `wasm/jpeg/decoder.c`. */
interface JpegExports {
  readonly memory: WebAssembly.Memory;
  allocateFile(length: number, maxMemory: number): number;
  readFile(file: number, length: number, reduction: number, maxBlocks: number): void;
  failure(): number;
  failureNumbers(): number;
  isComplete(): number;
  endsEarly(): number;
  width(): number;
  height(): number;
  channels(): 1 | 3;
  readPixels(): number;
}

/** Bytes of memory that the decoder takes for every image: stack, constants and tables. */
const BASE_MEMORY = 2 ** 18;
/** Number of integers that the decoder stores for the placeholders of an error message. */
const FAILURE_NUMBERS = 8;

/**
 * Creates a JPEG decoder. The decoder can decode at 1/8, 1/4, 1/2 and full size. The decoder
 * chooses the smallest of these sizes that is at least as large as the requested size.
 *
 * Decoding at a reduced size saves time. For a photo of 1920x1080 pixels and a model input of 320
 * pixels, decoding at a reduced size is several times faster than at full size.
 *
 * Each image gets a new wasm instance, because wasm memory never shrinks and a failed instance
 * cannot be used again. The instance may use as much memory as estimated from the image header.
 *
 * @param module Compiled `jpeg.wasm`.
 */
export function jpegDecoder(module: WebAssembly.Module): Decoder<"jpeg"> {
  return (bytes, header, atLeast) => decodeJpeg(module, bytes, header, atLeast);
}

/**
 * Decodes a JPEG.
 *
 * 1. Refuse images that the decoder does not support, and images that take too long.
 * 2. Copy the file into a wasm instance.
 * 3. Read the headers. For a progressive image, read all scans, too.
 * 4. Read the pixels.
 */
function decodeJpeg(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  header: JpegHeader,
  atLeast: Size,
): Pixels {
  // 1. Unsupported or too slow. Only images with several scans can be too slow, because several
  //    scans may visit the same blocks. Only images with several scans have `coefficientBytes`.
  if (![1, 3, 4].includes(header.channels)) throw unsupportedChannels(header);
  if (header.coefficientBytes !== undefined) checkScans(bytes, header);

  const wasm = new WebAssembly.Instance(module).exports as unknown as JpegExports;
  try {
    // 2. File.
    const file = placeFile(wasm, bytes, header, decodedBytes(header, atLeast));

    // 3. and 4. Scans and pixels.
    const reduction = jpegReduction(header, atLeast);
    readScans(wasm, () => wasm.readFile(file, bytes.length, reduction, MAX_VISITED_BLOCKS));
    return pixelsOf(wasm, header, reduction);
  } catch (error) {
    const reason = failureOf(wasm);
    if (error instanceof DomainError || reason === undefined) throw error;
    if (wasm.endsEarly() !== 0) throw endsTooEarly("JPEG", bytes);
    throw new DomainError("corrupt-image", `Cannot decode JPEG as its data is damaged: ${reason}`);
  }
}

/**
 * Copies a file into the memory of the instance. If a DNL (define number of lines) segment declares
 * the height of the image, writes this height into the frame header of the copy.
 */
function placeFile(
  wasm: JpegExports,
  bytes: Uint8Array,
  { height, heightAt }: JpegHeader,
  estimate: number,
): number {
  const maxMemory = memoryLimit(BASE_MEMORY, bytes.length, estimate);
  const file = wasm.allocateFile(bytes.length, maxMemory);
  const copy = new Uint8Array(wasm.memory.buffer, file, bytes.length);
  copy.set(bytes);
  if (heightAt !== undefined) copy.set([height >> 8, height & 255], heightAt);
  return file;
}

/**
 * Runs `read` and ignores errors after the last scan. Some files contain other data instead of the
 * end marker (EOI) after the last scan.
 */
function readScans(wasm: JpegExports, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (failureOf(wasm) === undefined || wasm.isComplete() === 0) throw error;
  }
}

function pixelsOf(
  wasm: JpegExports,
  header: JpegHeader,
  reduction: Reduction,
): Pixels {
  const start = wasm.readPixels() >>> 0;
  const [width, height, channels] = [wasm.width(), wasm.height(), wasm.channels()];
  const expected = reducedSize(header, reduction);
  if (width !== expected.width || height !== expected.height) {
    throw new DomainError(
      "corrupt-image",
      `Cannot decode JPEG as its data does not have the size of its header, ${header.width}x${header.height}`,
    );
  }
  const data = new Uint8Array(wasm.memory.buffer, start, width * height * channels);
  return { data, width, height, channels, reduction };
}

/** Returns the error message of the decoder, or undefined if the decoder reported no error. */
function failureOf(wasm: JpegExports): string | undefined {
  const text = failureText(wasm.memory, wasm.failure());
  if (text === undefined) return undefined;
  const { buffer } = wasm.memory;
  const numbers = new Int32Array(buffer, wasm.failureNumbers(), FAILURE_NUMBERS).values();
  // The text is a format string of C's `printf()`. Replaces its placeholders with the numbers.
  return text.replace(/%(?:0(\d))?l?([dux])/g, (_, digits, type) => {
    const number = Number(numbers.next().value);
    return number.toString(type === "x" ? 16 : 10).padStart(Number(digits ?? 0), "0");
  });
}

function unsupportedChannels({ channels }: JpegHeader): DomainError {
  return new DomainError(
    "unsupported-format",
    "Cannot decode JPEG as it must have 1, 3 or 4 components: " +
      `current value is ${channels}. Save it in grey, RGB or CMYK and send that.`,
  );
}
