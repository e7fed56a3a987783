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

/** Exports of `jpeg.wasm`, which `wasm/jpeg/decoder.c` documents. */
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

/** Memory of the decoder besides the file and `decodedBytes`: stack, constants and tables. */
const BASE_MEMORY = 2 ** 18;
/** Numbers that the decoder keeps for the reason of an error. */
const FAILURE_NUMBERS = 8;

/**
 * Creates a decoder of a JPEG at the smallest scale of 1/8, 1/4, 1/2 and 1/1 that covers a size.
 *
 * The inverse DCT runs at the reduced size. For a 1080p photo and a 320 px model this is several
 * times cheaper than decoding at full size. Each image gets a new instance: wasm memory never
 * shrinks, and an instance that failed cannot be used again. Its memory is limited to the estimate
 * from the header.
 *
 * @param module `jpeg.wasm` of this folder.
 */
export function jpegDecoder(module: WebAssembly.Module): Decoder<"jpeg"> {
  return (bytes, header, atLeast) => decodeJpeg(module, bytes, header, atLeast);
}

/**
 * Decodes a JPEG.
 *
 * 1. Refuse what the decoder cannot do or would do too slowly.
 * 2. Copy the file into an instance.
 * 3. Read it; of an image of several scans, all scans.
 * 4. Read the pixels.
 */
function decodeJpeg(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  header: JpegHeader,
  atLeast: Size,
): Pixels {
  // 1. Only an image of several scans can visit its blocks often.
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

/** Copies a file into the instance, with the height that a DNL segment gives. */
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

/** Ignores errors behind the last scan: some files have other data there instead of an EOI. */
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
  // A format string of C.
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
