import { ALPHA_BIT_FIELDS, hasMasks, INFO_BYTES } from "./bmp_info.ts";
import type { ByteReader } from "./byte_reader.ts";

/**
 * Bit mask of each colour channel in a pixel. A mask of 0 means that the pixels lack the channel.
 */
export type BmpMasks = readonly [red: number, green: number, blue: number, alpha: number];

/**
 * Reads the bit masks of the colour channels of a BMP.
 *
 * @param fields Reader of the header, at the bit masks if the header contains bit masks.
 * @param reader Reader of the bytes after the header. If the header has 40 bytes, the masks come
 *   after the header.
 * @returns Masks, or `undefined` if the file uses the default masks.
 */
export function readMasks(
  fields: ByteReader,
  reader: ByteReader,
  headerBytes: number,
  compression: number,
): BmpMasks | undefined {
  if (!hasMasks(compression)) return undefined;
  const isBehind = headerBytes === INFO_BYTES;
  const from = isBehind ? reader : fields;
  const red = from.u32();
  const green = from.u32();
  const blue = from.u32();
  const hasAlphaMask = isBehind ? compression === ALPHA_BIT_FIELDS : headerBytes >= 56;
  return [red, green, blue, hasAlphaMask ? from.u32() : 0];
}

/**
 * Throws unless each bit mask is a single run of adjacent bits inside the pixel. Only the alpha
 * mask may be 0.
 */
export function checkMasks(reader: ByteReader, masks: BmpMasks, bitsPerPixel: number): void {
  masks.forEach((mask, i) => {
    const run = mask === 0 ? 0 : mask / 2 ** trailingZeros(mask);
    const isRun = Number.isInteger(Math.log2(run + 1));
    if (mask === 0 && i < 3 || !isRun || mask >= 2 ** bitsPerPixel) {
      throw reader.corrupt("a bit mask must be one run of the pixel's bits", mask.toString(16));
    }
  });
}

function trailingZeros(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
