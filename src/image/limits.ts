import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "./decoded_bytes.ts";
import type { ImageHeader } from "./formats/image_header.ts";

/** Limits of one image. */
export interface ImageLimits {
  /** Bytes of the encoded image; at least 1. */
  readonly maxBytes: number;
  /** Pixels, width times height; at least 1. */
  readonly maxPixels: number;
  /** Bytes of memory that decoding may take, as {@linkcode decodedBytes} counts them; at least 1. */
  readonly maxDecodedBytes: number;
}

/** Limits of a server or an embedded detector unless the caller sets others. */
export const DEFAULT_IMAGE_LIMITS: ImageLimits = {
  maxBytes: 20_000_000,
  maxPixels: 40_000_000,
  maxDecodedBytes: 400_000_000,
};

/**
 * Longest side, as JPEG and GIF can hold it; a PNG of 40 million by 1 would be small in pixels and
 * yet take hundreds of megabytes of resampling weights.
 */
const MAX_SIDE = 65_535;

/**
 * Refuses an image whose pixels would take too much memory to decode.
 *
 * @param header Stored pixels; an `ImageHeader` will do.
 * @throws {DomainError} `too-many-pixels`, if it has more pixels than `maxPixels`.
 * @throws {RangeError} If `maxPixels` is below 1 or not a number, as no image could pass.
 *
 * @example
 * ```ts
 * import { checkLimits } from "./limits.ts";
 *
 * const limits = { maxPixels: 40_000_000 };
 * checkLimits({ width: 4000, height: 3000 }, limits);
 * ```
 */
export function checkLimits(header: Size, limits: Pick<ImageLimits, "maxPixels">): void {
  const { maxPixels } = limits;
  if (!(maxPixels >= 1)) {
    throw new RangeError(
      `Cannot check image as maxPixels must be at least 1: current value is ${maxPixels}`,
    );
  }
  const { width, height } = header;
  if (Math.max(width, height) > MAX_SIDE) {
    throw new DomainError(
      "too-many-pixels",
      `Cannot decode image as its sides must have at most ${MAX_SIDE} pixels: ` +
        `current value is ${width}x${height}. Scale it down and send it again.`,
    );
  }
  const pixels = width * height;
  if (pixels <= maxPixels) return;
  throw new DomainError(
    "too-many-pixels",
    `Cannot decode image as it must have at most ${maxPixels} pixels: ` +
      `current value is ${pixels} (${width}x${height}). Scale it down and send it again.`,
  );
}

/**
 * Refuses an image that would take too much memory to decode: pixels alone do not say, as a decoder
 * takes from 1 to 42 bytes for each.
 *
 * @param header What the file says about itself.
 * @param atLeast Stored size that the pixels must cover.
 * @throws {DomainError} `too-many-pixels`, if it takes more than `maxDecodedBytes`.
 *
 * @example
 * ```ts
 * import { checkMemory } from "./limits.ts";
 *
 * const limits = { maxDecodedBytes: 400_000_000 };
 * const size = { width: 4000, height: 3000 };
 * const depth = { bitDepth: 8, channels: 3, hasAlpha: false };
 * checkMemory({ format: "avif", ...size, ...depth, orientation: 1 }, size, limits);
 * ```
 */
export function checkMemory(
  header: ImageHeader,
  atLeast: Size,
  limits: Pick<ImageLimits, "maxDecodedBytes">,
): void {
  const bytes = Math.ceil(decodedBytes(header, atLeast));
  if (bytes <= limits.maxDecodedBytes) return;
  const { format, width, height, bitDepth } = header;
  throw new DomainError(
    "too-many-pixels",
    `Cannot decode image as it must take at most ${limits.maxDecodedBytes} bytes of memory: ` +
      `current value is ${bytes} (${width}x${height}, ${format} of ${bitDepth} bits). ` +
      "Scale it down and send it again.",
  );
}

/** What an encoded image is refused with that is too long. */
export function tooManyBytes(maxBytes: number, found: number): DomainError {
  return new DomainError(
    "too-many-bytes",
    `Cannot read image as it must have at most ${maxBytes} bytes: current value is ${found}`,
  );
}
