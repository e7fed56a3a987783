import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import type { JpegHeader } from "../image/formats/jpeg.ts";
import { checkScans, MAX_VISITED_BLOCKS } from "../image/formats/jpeg_scans.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import type { Pixels } from "../image/pixels.ts";
import { type Decoder, endsTooEarly } from "./decoder.ts";
import { memoryLimit } from "./memory_limit.ts";
import { failureText } from "./wasm_failure.ts";

/** Exports of `jpeg.wasm`. Their documentation is in `wasm/jpeg/decoder.c`. */
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
/**
 * Number of integers in the memory of the decoder that fill the placeholders of its error message.
 */
const FAILURE_NUMBERS = 8;

/**
 * Creates a JPEG decoder. It decodes at 1/8, 1/4, 1/2 or full size: the smallest of them that still
 * covers the requested size.
 *
 * The inverse DCT runs at the reduced size. For a 1080p photo and a model with an input of 320
 * pixels, this is several times faster than decoding at full size.
 *
 * Each image gets a new wasm instance: wasm memory never shrinks, and an instance that failed
 * cannot be used again. The memory of the instance is limited to the estimate from the image
 * header.
 *
 * @param module Compiled `jpeg.wasm`.
 */
export function jpegDecoder(module: WebAssembly.Module): Decoder<"jpeg"> {
  return (bytes, header, atLeast) => decodeJpeg(module, bytes, header, atLeast);
}

/**
 * Decodes a JPEG.
 *
 * 1. Refuse what the decoder cannot do or would do too slowly.
 * 2. Copy the file into an instance.
 * 3. Read the headers and, of a progressive image, all scans.
 * 4. Read the pixels.
 */
function decodeJpeg(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  header: JpegHeader,
  atLeast: Size,
): Pixels {
  // 1. Unsupported or too slow. Only images with several scans can be too slow, since their scans
  //    may visit the same blocks again and again. Only these have `coefficientBytes`.
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
 * Copies a file into the memory of the instance. If a DNL segment declares the height of the image,
 * writes this height into the copied frame header.
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
 * Runs `read`, and ignores errors after the last scan: some files have other data there instead of
 * the end marker (EOI).
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
  reduction: Pixels["reduction"],
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

/** Returns the reason why the decoder gave up, or undefined if it did not. */
function failureOf(wasm: JpegExports): string | undefined {
  const text = failureText(wasm.memory, wasm.failure());
  if (text === undefined) return undefined;
  const { buffer } = wasm.memory;
  const numbers = new Int32Array(buffer, wasm.failureNumbers(), FAILURE_NUMBERS).values();
  // The text is a format string of C's `printf()`. Fills in its numbers.
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
