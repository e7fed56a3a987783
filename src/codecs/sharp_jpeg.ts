import { createRequire } from "node:module";
import { isClone } from "../core/command_line.ts";
import type { Size } from "../core/size.ts";
import { jpegReduction } from "../image/jpeg_reduction.ts";
import type { Pixels } from "../image/pixels.ts";
import type { NativeDecoder } from "../ports/image_codec.ts";
import { nativeJpegDecoder } from "./native_jpeg.ts";

/**
 * Exports of sharp that this file calls. This file declares their types, because sharp is optional:
 * TypeScript cannot read the types of a package that is not installed.
 */
interface Sharp {
  (file: Uint8Array, options: SharpOptions): SharpImage;
  cache(enabled: boolean): void;
  concurrency(threads: number): void;
}

interface SharpOptions {
  readonly failOn: "warning";
  readonly ignoreIcc: boolean;
  readonly limitInputPixels: boolean;
}

interface SharpImage {
  resize(width: number, height: number, options: { fit: "fill"; kernel: "linear" }): SharpImage;
  raw(): SharpImage;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: Size & { readonly channels: number };
  }>;
}

/**
 * Returns the JPEG decoder of sharp, which is libjpeg-turbo with instructions for the processor.
 *
 * Decodes at 1/8, 1/4, 1/2 or full size and then resizes to exactly the requested size, with the
 * triangle filter of `axisWeights()`. The values are rounded to whole numbers.
 *
 * Some files are left to the decoder in WebAssembly, too, so that every answer about such a file is
 * the same with both decoders:
 *
 * - a file that sharp refuses, for example because it is damaged;
 * - a size that the scale does not divide, because libvips would stretch the last column and row.
 *
 * @throws {Error} If sharp is not installed.
 */
export function sharpJpegDecoder(): NativeDecoder {
  const sharp = requireSharp();
  // The cache keeps decoded images in memory. Worker processes already occupy all cores.
  sharp.cache(false);
  sharp.concurrency(1);
  return nativeJpegDecoder(async (bytes, header, atLeast) => {
    if (!isDivisible(header, atLeast)) return undefined;
    try {
      return await decode(sharp, bytes, header, atLeast);
    } catch {
      return undefined; // the decoder in WebAssembly reads the file, or reports its damage
    }
  });
}

/** Returns true if sharp is in `node_modules`. */
export function isSharpInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("sharp");
    return true;
  } catch {
    return false;
  }
}

function requireSharp(): Sharp {
  if (!isSharpInstalled()) {
    const remedy = isClone() ? "deno task native" : "npm install sharp";
    throw new Error(
      `Cannot decode with the native codec as sharp is not installed (${remedy} adds it)`,
    );
  }
  return createRequire(import.meta.url)("sharp") as Sharp;
}

/** Returns true if the scale at which sharp decodes divides both sides of the image. */
function isDivisible({ width, height }: Size, atLeast: Size): boolean {
  const reduction = jpegReduction({ width, height }, atLeast);
  return width % reduction === 0 && height % reduction === 0 &&
    atLeast.width <= width && atLeast.height <= height;
}

async function decode(
  sharp: Sharp,
  bytes: Uint8Array,
  header: Size,
  atLeast: Size,
): Promise<Pixels | undefined> {
  // The size has passed the limits of the caller, which may be above those of sharp.
  const image = sharp(bytes, { failOn: "warning", ignoreIcc: true, limitInputPixels: false });
  const isWhole = atLeast.width === header.width && atLeast.height === header.height;
  const resized = isWhole
    ? image
    : image.resize(atLeast.width, atLeast.height, { fit: "fill", kernel: "linear" });
  const { data, info } = await resized.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (width !== atLeast.width || height !== atLeast.height) return undefined;
  if (channels !== 1 && channels !== 3) return undefined;
  return { data, width, height, channels, reduction: isWhole ? 1 : null };
}
