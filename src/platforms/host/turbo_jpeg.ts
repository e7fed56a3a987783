import { checkScans } from "../../image/formats/jpeg_scans.ts";
import type { JpegHeader } from "../../image/formats/jpeg.ts";
import type { ImageHeader } from "../../image/formats/read_header.ts";
import { jpegReduction, reducedSize } from "../../image/jpeg_reduction.ts";
import type { NativeDecoder } from "../../ports/image_codec.ts";

/** File names of the library, by operating system. The system searches its own folders. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  linux: ["libturbojpeg.so.0"],
  darwin: ["libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib"],
  windows: ["turbojpeg.dll"],
};

/** Functions of the TurboJPEG API 2, which version 3 has, too. */
const FUNCTIONS = {
  tjInitDecompress: { parameters: [], result: "pointer" },
  tjDecompress2: {
    parameters: [
      ...["pointer", "buffer", "usize"], // the decoder, the file and its length
      ...["buffer", "i32", "i32", "i32"], // the pixels, their width, bytes per row and height
      ...["i32", "i32"], // order of the channels, flags
    ],
    result: "i32",
    nonblocking: true,
  },
  tjDestroy: { parameters: ["pointer"], result: "i32" },
} as const;

/** The functions as Deno offers them. A call that does not block runs on another thread. */
interface Library {
  tjInitDecompress(): object | null;
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
  tjDestroy(decoder: object): number;
}

/** Part of Deno's API that this file calls. Node and Bun have no such function. */
interface ForeignFunctions {
  readonly build: { readonly os: string };
  dlopen(file: string, functions: typeof FUNCTIONS): { readonly symbols: Library };
}

/** `TJPF_RGB` and `TJPF_GRAY` of turbojpeg.h. */
const ORDERS = { 3: 0, 1: 6 } as const;
/** `TJFLAG_STOPONWARNING` of turbojpeg.h. */
const STOP_ON_WARNING = 8192;
/** The call computes the bytes per row from the width. */
const TIGHT = 0;
/**
 * Minimum of the longer side, in pixels. The library may choose another scale for the requested
 * size if an image is smaller.
 */
const MIN_SIDE = 16;

/** Null: the library cannot be used here. Undefined: not yet looked for. */
let library: Library | null | undefined;

/**
 * Returns the JPEG decoder of libjpeg-turbo, or undefined if the library is not on this system or
 * this runtime cannot call it. Only Deno can, with `--allow-ffi`.
 *
 * Decodes at 1/8, 1/4, 1/2 or full size, on a thread of its own, to the same pixels as the decoder
 * in WebAssembly. Takes a third less time than sharp, which hands the file to its decoder in pieces
 * of 4 kB.
 *
 * Some files are left to the decoder in WebAssembly, so that every answer about such a file is the
 * same with both decoders: a file that the library warns about, four colour components, and a height
 * that follows the first scan.
 */
export function turboJpegDecoder(): NativeDecoder | undefined {
  if (library === undefined) library = openLibrary();
  if (library === null) return undefined;
  const turbo = library;
  return async (bytes, header, atLeast) => {
    if (!isSuitable(header)) return undefined;
    // Refuses images whose scans take too long, as the decoder in WebAssembly does.
    if (header.coefficientBytes !== undefined) checkScans(bytes, header);
    const reduction = jpegReduction(header, atLeast);
    const { width, height } = reducedSize(header, reduction);
    const { channels } = header;
    const data = new Uint8Array(width * height * channels);
    const isDecoded = await decompress(turbo, bytes, data, width, height, ORDERS[channels]);
    return isDecoded ? { data, width, height, channels, reduction } : undefined;
  };
}

function openLibrary(): Library | null {
  const deno = (globalThis as { Deno?: unknown }).Deno as ForeignFunctions | undefined;
  if (deno === undefined) return null;
  for (const file of FILES[deno.build.os] ?? []) {
    try {
      return deno.dlopen(file, FUNCTIONS).symbols;
    } catch {
      // The library is not there, or Deno may not call it.
    }
  }
  return null;
}

function isSuitable(header: ImageHeader): header is JpegHeader & { readonly channels: 1 | 3 } {
  if (header.format !== "jpeg") return false;
  const { width, height, channels, heightAt } = header;
  return (channels === 1 || channels === 3) && heightAt === undefined &&
    Math.max(width, height) >= MIN_SIDE;
}

/**
 * Returns false if the library refuses the file or warns about it.
 *
 * @param file Referenced by the callers until the promise settles, like `pixels`. The library reads
 *   and writes their memory meanwhile, which must not be collected as garbage.
 */
async function decompress(
  turbo: Library,
  file: Uint8Array,
  pixels: Uint8Array,
  width: number,
  height: number,
  order: number,
): Promise<boolean> {
  // A decoder serves one call at a time.
  const decoder = turbo.tjInitDecompress();
  if (decoder === null) return false;
  try {
    const length = BigInt(file.length);
    const flags = STOP_ON_WARNING;
    const call = [decoder, file, length, pixels, width, TIGHT, height, order, flags] as const;
    return await turbo.tjDecompress2(...call) === 0;
  } finally {
    turbo.tjDestroy(decoder);
  }
}
