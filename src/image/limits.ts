import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "./decoded_bytes.ts";
import type { BaseHeader } from "./formats/image_format.ts";
import type { FormatId } from "./formats/read_header.ts";

/** Limits of one image. */
export interface ImageLimits {
  /** Maximum number of bytes of the encoded image. At least 1. */
  readonly maxBytes: number;
  /** Maximum number of pixels (width times height). At least 1. */
  readonly maxPixels: number;
  /** Maximum number of bytes of memory for decoding, estimated by `decodedBytes()`. At least 1. */
  readonly maxDecodedBytes: number;
  /**
   * Maximum number of tiles into which an image may be divided. At least 1.
   *
   * @default DEFAULT_MAX_TILES
   */
  readonly maxTiles?: number | undefined;
}

/**
 * Default of the maximum number of tiles. An image of 12 megapixels in 16 tiles shows a model with
 * an input of 320 pixels more than three times as much detail along each side. The model runs 17
 * times: once for each tile and once for the whole image.
 */
export const DEFAULT_MAX_TILES = 16;

/**
 * Default limits of a server, and of a detector inside the caller's program.
 *
 * Phones take photos of 48 and 50 megapixels. Decoding a JPEG of this size at a reduced scale takes
 * a few megabytes, or 150 to 300 MB if the JPEG is progressive. WebP and AVIF images take so much
 * memory per pixel that they reach `maxDecodedBytes` before `maxPixels`.
 */
export const DEFAULT_IMAGE_LIMITS: ImageLimits = {
  maxBytes: 20_000_000,
  maxPixels: 64_000_000,
  maxDecodedBytes: 400_000_000,
};

/**
 * Maximum side of an image in pixels. JPEG and GIF cannot store a longer side.
 *
 * A limit on the number of pixels is not enough, because the resampling of a PNG with 64,000,000 x
 * 1 pixels would take hundreds of megabytes.
 */
const MAX_SIDE = 65_535;

/**
 * Refuses an image with too many pixels or with a side that is too long.
 *
 * @param header Stored size, for example an `ImageHeader`.
 * @throws {DomainError} `too-many-pixels`, if the image has more pixels than `maxPixels` or a side
 *   over 65535 pixels.
 * @throws {RangeError} If `maxPixels` is below 1 or NaN, because no image could pass.
 *
 * @example
 * ```ts
 * import { checkLimits } from "./limits.ts";
 *
 * const limits = { maxPixels: 64_000_000 };
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
 * Refuses an image that would take too much memory to decode.
 *
 * A limit on the number of pixels is not enough, because decoders take from 1 to 50 bytes per
 * pixel.
 *
 * @param header Header of the image.
 * @param atLeast Minimum size of the decoded image, before the orientation is applied.
 * @throws {DomainError} `too-many-pixels`, if decoding takes more than `maxDecodedBytes`.
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
  header: BaseHeader<FormatId>,
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
