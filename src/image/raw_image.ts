import { DomainError } from "../core/domain_error.ts";
import { checkLimits, type ImageLimits } from "./limits.ts";
import type { Pixels } from "./pixels.ts";

/** An image that is decoded already, as a canvas's `ImageData` or another decoder hands it over. */
export interface RawImage {
  /**
   * Upright rows top to bottom, channels interleaved, sRGB, 0–255: one byte a pixel is grey, three
   * are RGB, four RGB and alpha (not premultiplied).
   */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** An image as a detector takes it: an encoded file, or decoded pixels. */
export type ImageInput = Uint8Array | RawImage;

/**
 * Checks a raw image, and gives its pixels as a decoder would.
 *
 * Nothing is copied unless a pixel is not opaque: what lies under it is then laid into the copy,
 * and the caller's bytes stay as they are.
 *
 * @throws {DomainError} `no-image`, if there are no pixels; `not-an-image`, if the data are no
 * bytes; `too-many-pixels`; `corrupt-image`, if the sides are not whole numbers of at least 1, or
 * the data are not one, three or four bytes a pixel.
 *
 * @example
 * ```ts
 * import { rawPixels } from "./raw_image.ts";
 *
 * const limits = { maxPixels: 40_000_000, maxDecodedBytes: 400_000_000 };
 * const grey = rawPixels({ data: new Uint8Array(6), width: 3, height: 2 }, limits);
 * if (grey.channels !== 1) throw new Error("six bytes for six pixels are grey");
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
  const isClear = channels === 4 && hasClearPixel(view);
  if (isClear) checkCopy(view.length, limits.maxDecodedBytes);
  return { data: isClear ? view.slice() : view, width, height, channels, reduction: 1 };
}

/** By the name of the type, which is the same in every realm. */
function checkData(data: unknown): void {
  const type = Object.prototype.toString.call(data).slice("[object ".length, -1);
  if (type !== "Uint8Array" && type !== "Uint8ClampedArray") {
    throw new DomainError(
      "not-an-image",
      `Cannot read pixels as their data must be a Uint8Array or a Uint8ClampedArray: ` +
        `current value is of type ${type}. Convert the samples to 8 bits.`,
    );
  }
  if ((data as Uint8Array).length > 0) return;
  throw new DomainError(
    "no-image",
    "Cannot read pixels as their data must have at least 1 byte: current value is 0. " +
      "Was the buffer handed on to another thread?",
  );
}

function checkSide(name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
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
  for (let alpha = 3; alpha < data.length; alpha += 4) if (data[alpha] < 255) return true;
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
