import { DomainError } from "../../core/domain_error.ts";
import { ByteReader } from "./byte_reader.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";

/** Header of a BMP. */
export interface BmpHeader extends BaseHeader<"bmp"> {
  /** Location and meaning of the pixel bytes, for the decoder. */
  readonly layout: BmpLayout;
}

/** Location and meaning of the pixel bytes of a BMP. */
export interface BmpLayout {
  /** Bits of one stored pixel: 1, 4 and 8 are indices into `palette`, 16, 24 and 32 are colours. */
  readonly bitsPerPixel: number;
  /** Offset of the first stored row in the file, bytes. */
  readonly start: number;
  /** Bytes from one stored row to the next, a multiple of four. */
  readonly stride: number;
  /** True if the first stored row is the top one. */
  readonly topDown: boolean;
  /** RGB of each index, 0–255; missing entries are black. Empty if pixels are colours. */
  readonly palette: Uint8Array;
  /** Bits of a pixel that hold each channel; 0 for a missing channel. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number];
}

const FILE_HEADER_BYTES = 14;
const CORE_BYTES = 12;
const INFO_BYTES = 40;
/** Sizes of the known headers: OS/2 1 and 2, Windows 3, Windows 3 with masks, 4 and 5. */
const HEADER_BYTES: readonly number[] = [CORE_BYTES, INFO_BYTES, 52, 56, 64, 108, 124];
const OS2_BYTES = 64;

const BITS_PER_PIXEL: readonly number[] = [1, 4, 8, 16, 24, 32];

const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;
const COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [1, "run lengths of 8 bits"],
  [2, "run lengths of 4 bits"],
  [4, "JPEG"],
  [5, "PNG"],
]);

const MASKS_16 = [0x7c00, 0x03e0, 0x001f, 0] as const;
const MASKS_32 = [0xff0000, 0x00ff00, 0x0000ff, 0] as const;

/** The BMP format. */
export const BMP: ImageFormat<BmpHeader> = {
  name: "BMP",
  signatures: ["BM????\0\0\0\0"],
  readHeader: readBmpHeader,
};

/**
 * Reads the header of a BMP: everything before its pixels.
 *
 * @param bytes The file; its first two bytes are assumed to be `BM`.
 * @throws {DomainError} `truncated-image`, if it ends before its pixels; `unsupported-format`, if
 * they are compressed; `corrupt-image`, if the format does not allow a value.
 *
 * @example
 * ```ts
 * import { readBmpHeader } from "./bmp.ts";
 *
 * const file = [0x42, 0x4d, 34, 0, 0, 0, 0, 0, 0, 0, 26, 0, 0, 0];
 * const core = [12, 0, 0, 0, 1, 0, 2, 0, 1, 0, 24, 0];
 * const { height, layout } = readBmpHeader(Uint8Array.of(...file, ...core));
 * if (height !== 2 || layout.stride !== 4) throw new Error("two rows of one pixel");
 * ```
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const reader = new ByteReader(bytes, "BMP", "little-endian");
  reader.skip(FILE_HEADER_BYTES - 4);
  const start = reader.u32();
  const headerBytes = reader.u32();
  if (!HEADER_BYTES.includes(headerBytes)) {
    throw reader.corrupt(`its header must have ${HEADER_BYTES.join(", ")} bytes`, headerBytes);
  }

  // 1. Size and depth, which OS/2 1 holds in fewer bytes.
  const isCore = headerBytes === CORE_BYTES;
  const width = isCore ? reader.u16() : reader.i32();
  const storedHeight = isCore ? reader.u16() : reader.i32();
  const height = Math.abs(storedHeight);
  if (width < 1 || height < 1) {
    throw reader.corrupt("its size must be at least 1x1", `${width}x${storedHeight}`);
  }
  reader.skip(2); // Number of planes: always 1, and ignored by every reader.
  const bitsPerPixel = reader.u16();
  if (!BITS_PER_PIXEL.includes(bitsPerPixel)) {
    throw reader.corrupt(`its pixels must have ${BITS_PER_PIXEL.join(", ")} bits`, bitsPerPixel);
  }

  // 2. Masks, in the header or right after it; then the palette.
  const info = isCore ? NO_INFO : readInfo(reader, headerBytes, bitsPerPixel);
  const palette = bitsPerPixel > 8
    ? new Uint8Array()
    : readPalette(reader, bitsPerPixel, info.colours, isCore ? 3 : 4);
  const read = bytes.length - reader.remaining;
  if (start < read && bitsPerPixel > 8 || start < FILE_HEADER_BYTES + headerBytes) {
    throw reader.corrupt(`its pixels must start behind its header of ${read} bytes`, start);
  }
  const masks = info.masks ?? (bitsPerPixel === 16 ? MASKS_16 : MASKS_32);

  const hasAlpha = bitsPerPixel > 8 && masks[3] !== 0;
  return {
    format: "bmp",
    ...{ width, height, orientation: 1 },
    bitDepth: bitsPerPixel <= 8 ? bitsPerPixel : bitsPerPixel === 16 ? 5 : 8,
    channels: bitsPerPixel <= 8 ? 1 : hasAlpha ? 4 : 3,
    hasAlpha,
    layout: {
      ...{ bitsPerPixel, start, palette, masks },
      stride: Math.ceil(width * bitsPerPixel / 32) * 4,
      topDown: storedHeight < 0,
    },
  };
}

interface Info {
  /** Declared number of palette colours; 0 stands for one per index. */
  readonly colours: number;
  /** Bit masks. Unset: the default masks of the depth. */
  readonly masks?: BmpLayout["masks"];
}

const NO_INFO: Info = { colours: 0 };

/** Reads the fields after the depth, to the end of the header; the smallest header has none. */
function readInfo(reader: ByteReader, headerBytes: number, bitsPerPixel: number): Info {
  const compression = reader.u32();
  reader.skip(12); // Bytes of all pixels, and pixels per metre.
  const colours = reader.u32();
  reader.skip(4); // Number of important colours.
  // OS/2 2 uses 3 for a compression of its own.
  const hasMasks = (compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS) &&
    headerBytes !== OS2_BYTES;
  if (compression !== UNCOMPRESSED && !hasMasks) throw compressed(compression);
  if (hasMasks && bitsPerPixel !== 16 && bitsPerPixel !== 32) {
    throw reader.corrupt("pixels with bit masks must have 16 or 32 bits", bitsPerPixel);
  }
  if (!hasMasks) {
    reader.skip(headerBytes - INFO_BYTES);
    return { colours };
  }

  const behindHeader = headerBytes === INFO_BYTES;
  const red = reader.u32();
  const green = reader.u32();
  const blue = reader.u32();
  const hasAlphaMask = behindHeader ? compression === ALPHA_BIT_FIELDS : headerBytes >= 56;
  const alpha = hasAlphaMask ? reader.u32() : 0;
  if (!behindHeader) reader.skip(headerBytes - INFO_BYTES - (hasAlphaMask ? 16 : 12));
  return { colours, masks: checkedMasks(reader, [red, green, blue, alpha], bitsPerPixel) };
}

/** Refuses a mask that is not one run of bits inside the pixel; only alpha may be 0. */
function checkedMasks(
  reader: ByteReader,
  masks: BmpLayout["masks"],
  bitsPerPixel: number,
): BmpLayout["masks"] {
  masks.forEach((mask, i) => {
    const run = mask === 0 ? 0 : mask / 2 ** trailingZeros(mask);
    const isRun = Number.isInteger(Math.log2(run + 1));
    if (mask === 0 && i < 3 || !isRun || mask >= 2 ** bitsPerPixel) {
      throw reader.corrupt("a bit mask must be one run of the pixel's bits", mask.toString(16));
    }
  });
  return masks;
}

function trailingZeros(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function compressed(compression: number): DomainError {
  const name = COMPRESSIONS.get(compression) ?? `number ${compression}`;
  return new DomainError(
    "unsupported-format",
    `Cannot decode BMP as its compression must be none: current value is ${name}. ` +
      "Save it as PNG or JPEG and send that.",
  );
}

/** Reads blue, green and red of each colour; in all but the smallest header a fourth byte follows. */
function readPalette(
  reader: ByteReader,
  bitsPerPixel: number,
  colours: number,
  entryBytes: 3 | 4,
): Uint8Array {
  const indices = 2 ** bitsPerPixel;
  const palette = new Uint8Array(indices * 3);
  for (let i = 0; i < Math.min(colours || indices, indices); i++) {
    palette.set(reader.take(entryBytes).slice(0, 3).reverse(), i * 3);
  }
  return palette;
}
