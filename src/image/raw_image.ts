import { DomainError } from "../core/domain_error.ts";
import { checkLimits, type ImageLimits } from "./limits.ts";
import type { Pixels } from "./pixels.ts";

/** Decoded image, for example the `ImageData` of a canvas or the output of another decoder. */
export interface RawImage {
  /**
   * sRGB samples from 0 to 255. Rows from top to bottom, the channels of a pixel next to each
   * other. One byte per pixel means grey, three bytes mean RGB, four bytes mean RGB and alpha (not
   * premultiplied).
   */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Pixels per row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
}

/** Image for a detector: an encoded file or decoded pixels. */
export type ImageInput = Uint8Array | RawImage;

/**
 * Checks a decoded image and converts it to the pixels that a codec would return.
 *
 * If a pixel is not opaque, all bytes are copied. `flattenAlpha()` will change the copy, not the
 * caller's data.
 *
 * @throws {DomainError} `not-an-image`, if `data` is not an array of bytes; `no-image`, if `data`
 *   is empty; `corrupt-image`, if a side is not a whole number of at least 1, or if there are not
 *   1, 3 or 4 bytes per pixel; `too-many-pixels`, if the pixels or the copy exceed the limits.
 *
 * @example
 * ```ts
 * import { rawPixels } from "./raw_image.ts";
 *
 * const limits = { maxPixels: 64_000_000, maxDecodedBytes: 400_000_000 };
 * const { channels } = rawPixels({ data: new Uint8Array(6), width: 3, height: 2 }, limits);
 * // Six bytes for six pixels are grey.
 * if (channels !== 1) throw new Error(`${channels} channels`);
 * ```
 */
export function rawPixels(
  { data, width, height }: RawImage,
  limits: Pick<ImageLimits, "maxPixels" | "maxDecodedBytes">,
): Pixels {
  checkData(data);
  checkSide("width", width);
  checkSide("height", height);
  checkLimits({ width, height }, limits);
  const channels = channelsOf(data.length, width, height);
  const view = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const needsCopy = channels === 4 && hasClearPixel(view);
  if (needsCopy) checkCopy(view.length, limits.maxDecodedBytes);
  return { data: needsCopy ? view.slice() : view, width, height, channels, reduction: 1 };
}

/**
 * Throws if `data` is not a byte array. Compares the name of the type, because `instanceof` is
 * false for an array from an iframe.
 */
function checkData(data: RawImage["data"]): void {
  const type = Object.prototype.toString.call(data).slice("[object ".length, -1);
  if (type !== "Uint8Array" && type !== "Uint8ClampedArray") {
    throw new DomainError(
      "not-an-image",
      `Cannot read pixels as their data must be a Uint8Array or a Uint8ClampedArray: ` +
        `current value is of type ${type}. Convert the samples to 8 bits.`,
    );
  }
  if (data.length > 0) return;
  throw new DomainError(
    "no-image",
    "Cannot read pixels as their data must have at least 1 byte: current value is 0. " +
      "Was the buffer transferred to another thread?",
  );
}

function checkSide(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new DomainError(
    "corrupt-image",
    `Cannot read pixels as their ${name} must be a whole number of at least 1: ` +
      `current value is ${String(value)}. Say how many pixels the data hold.`,
  );
}

function channelsOf(bytes: number, width: number, height: number): 1 | 3 | 4 {
  const channels = bytes / (width * height);
  if (channels === 1 || channels === 3 || channels === 4) return channels;
  throw new DomainError(
    "corrupt-image",
    `Cannot read pixels as ${width}x${height} of them must be 1, 3 or 4 bytes each: ` +
      `current value is ${bytes} bytes for ${
        width * height
      } pixels. Leave no padding between rows.`,
  );
}

function hasClearPixel(data: Uint8Array): boolean {
  for (let alpha = 3; alpha < data.length; alpha += 4) if (data[alpha]! < 255) return true;
  return false;
}

function checkCopy(bytes: number, maxDecodedBytes: number): void {
  if (bytes <= maxDecodedBytes) return;
  throw new DomainError(
    "too-many-pixels",
    `Cannot read pixels with alpha as their copy must take at most ${maxDecodedBytes} bytes of ` +
      `memory: current value is ${bytes}. Scale the image down, or send it without alpha.`,
  );
}
