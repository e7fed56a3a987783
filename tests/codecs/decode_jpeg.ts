import { jpegDecoder } from "../../src/codecs/jpeg.ts";
import type { Size } from "../../src/core/size.ts";
import { readJpegHeader } from "../../src/image/formats/jpeg.ts";
import type { Pixels } from "../../src/image/pixels.ts";

/** Our JPEG decoder. */
export const JPEG_WASM = new URL("../../src/codecs/jpeg.wasm", import.meta.url);

const decoder = jpegDecoder(await WebAssembly.compile(await Deno.readFile(JPEG_WASM)));

/**
 * Decodes a JPEG.
 *
 * @param atLeast Size that the pixels must cover. Unset: the size of the image.
 */
export function decodeJpeg(bytes: Uint8Array, atLeast?: Size): Pixels {
  const header = readJpegHeader(bytes);
  return decoder(bytes, header, atLeast ?? header);
}
