import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { HeifImage } from "../image/formats/heif/heif_image.ts";
import type { HevcSequence } from "../image/formats/heic/hevc_sequence.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import type { Pixels } from "../image/pixels.ts";
import type { Decoder } from "./decoder.ts";
import { box, type ContainerCoding, heifContainer } from "./heif_container.ts";
import { LIBHEIF_BUILD } from "./libheif_build.ts";
import { type LibheifDecoder, libheifDecoder, type LibheifPixels } from "./libheif_decoder.ts";
import { memoryLimit } from "./memory_limit.ts";

/** Bytes of memory that the decoder may use for every image, besides the memory of the pixels. */
const BASE_MEMORY = 32 * 2 ** 20;
/** Bytes of memory that the decoder may use for each byte of the file. */
const MEMORY_PER_BYTE = 4;

const HEVC: ContainerCoding<HevcSequence> = {
  brands: ["heic", "heicmif1"],
  itemType: "hvc1",
  depths: ({ chroma, bitDepth }) => chroma === 0 ? [bitDepth] : [bitDepth, bitDepth, bitDepth],
  config: ({ config }) => box("hvcC", config),
};

/**
 * Creates a decoder from HEIC to RGB, or to RGBA if the image has alpha. The decoder returns the
 * main image of the file (the primary item of HEIF).
 *
 * @param load Compiles the wasm of libheif-js. Called only when the first HEIC arrives, because few
 *   servers get HEIC files.
 */
export function heicDecoder(load: () => WebAssembly.Module): Decoder<"heic"> {
  let decode: LibheifDecoder | undefined;
  return (_bytes, header) => {
    const { image } = header;
    const file = heifContainer(image, HEVC);
    const estimate = decodedBytes(header, header);
    const limit = memoryLimit(BASE_MEMORY, MEMORY_PER_BYTE * file.length, estimate);
    const channels = header.hasAlpha ? 4 : 3;
    decode ??= libheifDecoder(LIBHEIF_BUILD, load());
    const pixels = decode(file, channels, limit);
    const { width, height } = image.colour;
    if (pixels.width !== width || pixels.height !== height) {
      throw new DomainError("corrupt-image", "Cannot decode HEIC as its data is damaged");
    }
    const shown = shownPixels(pixels, image, channels);
    if (image.isPremultiplied && channels === 4) divideByAlpha(shown.data);
    return shown;
  };
}

/**
 * Crops the pixels in place, without a second buffer: moves the rows of the crop to the start of
 * the data.
 */
function shownPixels(
  { data, stride, width, height }: LibheifPixels,
  { crop = { left: 0, top: 0, width, height } }: HeifImage<HevcSequence>,
  channels: 3 | 4,
): Pixels {
  const row = crop.width * channels;
  for (let y = 0; y < crop.height; y++) {
    const from = (crop.top + y) * stride + crop.left * channels;
    data.copyWithin(y * row, from, from + row);
  }
  const size: Size = { width: crop.width, height: crop.height };
  return { data: data.subarray(0, crop.height * row), ...size, channels, reduction: 1 };
}

/** Divides the colours of each RGBA pixel by its alpha, in place. Undoes premultiplied alpha. */
function divideByAlpha(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let i = at; i < at + 3; i++) {
      data[i] = Math.min(255, Math.round(data[i]! * 255 / alpha));
    }
  }
}
