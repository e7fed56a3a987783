import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { boxType } from "../image/formats/avif/iso_box.ts";
import type { Pixels } from "../image/pixels.ts";
import { decodeSealed, type SealedDecoder } from "./embind_decoder.ts";

/** What the decoder takes of itself, and what it may take for each byte and each pixel. */
const BASE_MEMORY = 40 * 2 ** 20;
const MEMORY_PER_BYTE = 4;
const MEMORY_PER_PIXEL = 48;

const FTYP = boxType("ftyp");
const MOOV = boxType("moov");
const FREE = boxType("free");
const AVIF = boxType("avif");
const AVIS = boxType("avis");

/** libavif and libaom as icodec 0.6.0 builds them. */
export function avifDecoder(module: WebAssembly.Module): SealedDecoder {
  return {
    module,
    imports: {
      ...{ a: "abort", E: "abort", w: "abort", B: "copy", A: "grow", m: "registerFunction" },
      ...{ i: "getGlobal", k: "getMethodCaller", l: "call", z: "throwLongjmp" },
      ...{ n: "invoke", d: "invoke", F: "invoke", I: "invoke", o: "invoke" },
      ...{ H: "invoke", b: "invoke", G: "invoke", J: "invoke" },
    },
    exports: {
      ...{ memory: "L", table: "O", construct: "M", malloc: "P" },
      jump: { getStack: "U", setStack: "T", setThrew: "S" },
    },
  };
}

/**
 * Decodes the primary item of an AVIF to RGBA of 8 bits.
 *
 * @param stored Size in the header.
 * @throws {DomainError} `corrupt-image`.
 */
export function decodeAvif(decoder: SealedDecoder, bytes: Uint8Array, stored: Size): Pixels {
  const { width, height } = stored;
  const maxMemory = BASE_MEMORY + MEMORY_PER_BYTE * bytes.length +
    MEMORY_PER_PIXEL * width * height;
  const pixels = decodeSealed(decoder, withoutSequence(bytes), maxMemory);
  if (pixels.width !== width || pixels.height !== height) {
    throw new DomainError("corrupt-image", "Cannot decode AVIF as its data is damaged");
  }
  return { data: pixels.data, width, height, channels: 4, reduction: 1 };
}

/**
 * The file as one without a sequence, for which the decoder would pass over the primary item that
 * the header was read from.
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
    if (size < 8) break; // Beyond what fits 32 bits, or to the end: the last one that matters.
    at += size;
  }
  return still;
}
