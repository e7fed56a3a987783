import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Crop } from "../image/formats/heif/heif_image.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { avifContainer } from "./avif_container.ts";
import type { Decoder } from "./decoder.ts";
import { embindDecoder } from "./embind_decoder.ts";
import { AVIF_BUILD } from "./icodec_builds.ts";
import { memoryLimit } from "./memory_limit.ts";

/** Bytes of memory that the decoder may use for every image, besides the memory of the pixels. */
const BASE_MEMORY = 32 * 2 ** 20;
/** Bytes of memory that the decoder may use for each byte of the file. */
const MEMORY_PER_BYTE = 4;

/**
 * Creates a decoder from AVIF to RGBA, 8 bits per sample. The decoder returns the main image of the
 * file (the primary item of HEIF), or the first frame of an image sequence.
 *
 * @param module Compiled `avif-dec.wasm` of the package icodec.
 */
export function avifDecoder(module: WebAssembly.Module): Decoder<"avif"> {
  const decode = embindDecoder(AVIF_BUILD, module);
  return (_bytes, header) => {
    const { image } = header;
    const { width, height } = image.colour;
    const file = avifContainer(image);
    const estimate = decodedBytes(header, header);
    const pixels = decode(file, memoryLimit(BASE_MEMORY, MEMORY_PER_BYTE * file.length, estimate));
    if (pixels.width !== width || pixels.height !== height) {
      throw new DomainError("corrupt-image", "Cannot decode AVIF as its data is damaged");
    }
    const shown = image.crop ?? { width, height };
    const data = image.crop === undefined
      ? pixels.data
      : cropInPlace(pixels.data, { width, height }, image.crop);
    return { data, width: shown.width, height: shown.height, channels: 4, reduction: 1 };
  };
}

/**
 * Crops RGBA data in place, without a second buffer: moves the rows of the crop to the start of
 * `data`.
 */
function cropInPlace(data: Uint8Array, { width }: Size, crop: Crop): Uint8Array {
  const row = crop.width * 4;
  for (let y = 0; y < crop.height; y++) {
    const from = ((crop.top + y) * width + crop.left) * 4;
    data.copyWithin(y * row, from, from + row);
  }
  return data.subarray(0, crop.height * row);
}
