import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import type { NativeDecoder } from "../ports/image_codec.ts";
import { nativeJpegDecoder } from "./native_jpeg.ts";

/**
 * Functions of libjpeg-turbo that this file calls: of the TurboJPEG API 2, which version 3 has, too.
 * A runtime that can call the library passes them.
 */
export interface TurboJpegLibrary {
  /** Returns a new decoder, or null if there is no memory. A decoder serves one call at a time. */
  tjInitDecompress(): object | null;
  /** Decodes a file on another thread. Resolves to 0 if the library has nothing to say about it. */
  tjDecompress2(
    decoder: object,
    file: Uint8Array,
    length: bigint,
    pixels: Uint8Array,
    width: number,
    rowBytes: number,
    height: number,
    order: number,
    flags: number,
  ): Promise<number>;
  /** Frees a decoder. */
  tjDestroy(decoder: object): number;
}

/** `TJPF_RGB` and `TJPF_GRAY` of turbojpeg.h. */
const ORDERS = { 3: 0, 1: 6 } as const;
/** `TJFLAG_STOPONWARNING` of turbojpeg.h. */
const STOP_ON_WARNING = 8192;
/** The library computes the bytes per row from the width. */
const TIGHT = 0;
/**
 * Minimum of the longer side, in pixels. The library may choose another scale for the requested
 * size if an image is smaller.
 */
const MIN_SIDE = 16;

/**
 * Creates the JPEG decoder of libjpeg-turbo.
 *
 * Decodes at 1/8, 1/4, 1/2 or full size, on a thread of its own, to the same pixels as the decoder
 * in WebAssembly. Takes a third less time than sharp, which hands the file to its decoder in pieces
 * of 4 kB.
 *
 * A file that the library warns about is left to the decoder in WebAssembly, too, so that every
 * answer about such a file is the same with both decoders.
 */
export function turboJpegDecoder(library: TurboJpegLibrary): NativeDecoder {
  return nativeJpegDecoder(async (bytes, header, atLeast) => {
    if (Math.max(header.width, header.height) < MIN_SIDE) return undefined;
    const reduction = jpegReduction(header, atLeast);
    const { width, height } = reducedSize(header, reduction);
    const { channels } = header;
    const data = new Uint8Array(width * height * channels);
    const isDecoded = await decompress(library, bytes, data, width, height, ORDERS[channels]);
    return isDecoded ? { data, width, height, channels, reduction } : undefined;
  });
}

/**
 * Returns false if the library refuses the file or warns about it.
 *
 * @param file Referenced by the callers until the promise settles, like `pixels`. The library reads
 *   and writes their memory meanwhile, which must not be collected as garbage.
 */
async function decompress(
  library: TurboJpegLibrary,
  file: Uint8Array,
  pixels: Uint8Array,
  width: number,
  height: number,
  order: number,
): Promise<boolean> {
  const decoder = library.tjInitDecompress();
  if (decoder === null) return false;
  try {
    const length = BigInt(file.length);
    const flags = STOP_ON_WARNING;
    const call = [decoder, file, length, pixels, width, TIGHT, height, order, flags] as const;
    return await library.tjDecompress2(...call) === 0;
  } finally {
    library.tjDestroy(decoder);
  }
}
