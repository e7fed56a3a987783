import { pngDecoder } from "../../src/codecs/png.ts";
import { readPngHeader } from "../../src/image/formats/png.ts";
import type { Pixels } from "../../src/image/pixels.ts";

/** Our PNG decoder. */
export const PNG_WASM = new URL("../../src/codecs/png.wasm", import.meta.url);

const decoder = pngDecoder(await WebAssembly.compile(await Deno.readFile(PNG_WASM)));

/** Decodes a PNG. */
export function decodePng(bytes: Uint8Array): Pixels {
  const header = readPngHeader(bytes);
  return decoder(bytes, header, header);
}
