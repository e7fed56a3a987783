import { DomainError } from "../core/domain_error.ts";
import { boxType } from "../image/formats/avif/iso_box.ts";
import type { Decoder } from "./decoder.ts";
import { embindDecoder } from "./embind_decoder.ts";
import { AVIF_BUILD } from "./icodec_builds.ts";

/** Fixed memory of the decoder, and its maximum per byte of the file and per pixel. */
const BASE_MEMORY = 40 * 2 ** 20;
const MEMORY_PER_BYTE = 4;
const MEMORY_PER_PIXEL = 48;

const FTYP = boxType("ftyp");
const MOOV = boxType("moov");
const FREE = boxType("free");
const AVIF = boxType("avif");
const AVIS = boxType("avis");

/**
 * Creates a decoder of the primary item of an AVIF to RGBA, 8 bits per sample.
 *
 * @param module icodec's `avif-dec.wasm`.
 */
export function avifDecoder(module: WebAssembly.Module): Decoder<"avif"> {
  const decode = embindDecoder(AVIF_BUILD, module);
  return (bytes, { width, height }) => {
    const maxMemory = BASE_MEMORY + MEMORY_PER_BYTE * bytes.length +
      MEMORY_PER_PIXEL * width * height;
    const pixels = decode(withoutSequence(bytes), maxMemory);
    if (pixels.width !== width || pixels.height !== height) {
      throw new DomainError("corrupt-image", "Cannot decode AVIF as its data is damaged");
    }
    return { data: pixels.data, width, height, channels: 4, reduction: 1 };
  };
}

/**
 * Returns a copy of the file whose sequence is hidden. With a sequence, libavif would decode that
 * instead of the primary item, from which the header was read.
 */
function withoutSequence(bytes: Uint8Array): Uint8Array {
  const still = bytes.slice();
  const view = new DataView(still.buffer);
  let at = 0;
  while (at + 8 <= still.length) {
    const size = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (type === FTYP) {
      view.setUint32(at + 8, AVIF);
      for (let brand = at + 16; brand + 4 <= Math.min(at + size, still.length); brand += 4) {
        if (view.getUint32(brand) === AVIS) view.setUint32(brand, AVIF);
      }
    }
    if (type === MOOV) view.setUint32(at + 4, FREE);
    if (size < 8) break; // A 64-bit size, or the rest of the file: no relevant box can follow.
    at += size;
  }
  return still;
}
