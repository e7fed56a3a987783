import type { Size } from "../../../core/size.ts";
import { BitReader } from "../bit_reader.ts";
import type { ByteReader } from "../byte_reader.ts";

/** Format of HEVC data, from its sequence parameter set (SPS). */
export interface HevcSequence extends Size {
  /** Bits per sample of the colour plane with the most bits. */
  readonly bitDepth: number;
  /** Chroma format. 0: grey. 1: 4:2:0. 2: 4:2:2. 3: 4:4:4. */
  readonly chroma: 0 | 1 | 2 | 3;
  /** Number of slices: parts of the picture that a decoder reads one after the other. */
  readonly slices: number;
  /** Payload of the configuration box `hvcC`, needed by the decoder. */
  readonly config: Uint8Array;
}

/** Bytes of the header of an HEVC unit (NAL unit). */
const UNIT_HEADER_BYTES = 2;
/**
 * Maximum bytes to read of a sequence parameter set (the description of the image format). Real
 * sequence parameter sets have about 50 to 100 bytes.
 */
const MAX_SET_BYTES = 1024;
/** Number of bits of an HEVC profile, without its level (ITU-T H.265, 7.3.3). */
const PROFILE_BITS = 88;
const LEVEL_BITS = 8;
/**
 * Number of image columns and rows for each column and row of chroma samples (ITU-T H.265, 6.2).
 * The index is the chroma format.
 */
const CROP_UNITS = [[1, 1], [2, 2], [2, 1], [1, 1]] as const;

/**
 * Reads the fields of a sequence parameter set (the description of the image format) up to the bit
 * depth (ITU-T H.265, 7.3.2.2).
 *
 * @param unit Unit (NAL unit) with the sequence parameter set, including the header of the unit.
 * @returns Size and format of the image. The size excludes cropped edges.
 * @throws {DomainError} `corrupt-image`, if the unit ends too early or contains an invalid value.
 *
 * @example
 * ```ts
 * import { type HevcSequence, readHevcSequence } from "./hevc_sequence.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * // Sequence 0, profile, level, set 0, 4:2:0, width 8, height 8, not cropped, 8 bits.
 * const bits = "00000001" + "0".repeat(96) + "1" + "010" + "0001001" + "0001001" + "0" + "1" + "1";
 * const bytes = bits.padEnd(136, "0").match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
 * // An emulation byte, 3, follows each pair of zeros.
 * const unit = Uint8Array.from([0x42, 1, ...bytes].flatMap((byte, i, all) => {
 *   return i > 2 && byte === 0 && i % 2 === 0 && all[i - 1] === 0 ? [byte, 3] : [byte];
 * }));
 * const reader = new ByteReader(unit, "HEIC", "big-endian");
 * const { width, height, bitDepth }: Partial<HevcSequence> = readHevcSequence(reader);
 * if (width !== 8 || height !== 8 || bitDepth !== 8) throw new Error("8x8 of 8 bits");
 * ```
 */
export function readHevcSequence(unit: ByteReader): Omit<HevcSequence, "config" | "slices"> {
  const bytes = unit.whole().subarray(UNIT_HEADER_BYTES, MAX_SET_BYTES);
  const reader = new BitReader(unit.ofComplete(withoutEmulation(bytes)));
  reader.bits(4); // Video parameter set.
  skipProfile(reader);
  exponential(reader, unit); // Id.
  const chroma = exponential(reader, unit);
  if (chroma !== 0 && chroma !== 1 && chroma !== 2 && chroma !== 3) {
    throw unit.corrupt("its HEVC chroma format must be at most 3", chroma);
  }
  if (chroma === 3 && reader.flag()) {
    throw unit.unsupported("its HEVC planes must be in one picture", "one picture for each");
  }
  const size = readSize(reader, unit, CROP_UNITS[chroma]);
  const luma = 8 + exponential(reader, unit);
  const bitDepth = Math.max(luma, chroma === 0 ? 0 : 8 + exponential(reader, unit));
  if (bitDepth > 16) throw unit.corrupt("its HEVC samples must have at most 16 bits", bitDepth);
  return { ...size, bitDepth, chroma };
}

/** Skips the profile and the level of all layers (ITU-T H.265, 7.3.3). */
function skipProfile(reader: BitReader): void {
  const lowerLayers = reader.bits(3);
  reader.flag(); // Nesting of the layers.
  skip(reader, PROFILE_BITS + LEVEL_BITS);
  const isPresent = Array.from({ length: lowerLayers }, () => [reader.flag(), reader.flag()]);
  if (lowerLayers > 0) skip(reader, 2 * (8 - lowerLayers)); // Reserved.
  for (const [hasProfile, hasLevel] of isPresent) {
    skip(reader, (hasProfile ? PROFILE_BITS : 0) + (hasLevel ? LEVEL_BITS : 0));
  }
}

/**
 * Reads the size of a picture in pixels, without the cropped edges.
 *
 * The file stores the width of a cropped edge in chroma samples. On each axis, a chroma sample
 * covers one or two pixels.
 */
function readSize(
  reader: BitReader,
  unit: ByteReader,
  [column, row]: readonly [number, number],
): Size {
  const codedWidth = exponential(reader, unit);
  const codedHeight = exponential(reader, unit);
  const next = (isCropped: boolean) => isCropped ? exponential(reader, unit) : 0;
  const isCropped = reader.flag();
  const columns = next(isCropped) + next(isCropped);
  const rows = next(isCropped) + next(isCropped);
  const width = codedWidth - column * columns;
  const height = codedHeight - row * rows;
  // Cropping more than a block of 64 pixels would waste the time of the decoder.
  if (width < 1 || height < 1 || columns * column > 64 || rows * row > 64) {
    throw unit.corrupt(
      "its HEVC picture must be cropped by at most 64 pixels",
      `${codedWidth}x${codedHeight} to ${width}x${height}`,
    );
  }
  return { width, height };
}

/**
 * Reads an unsigned integer of variable length (ITU-T H.265, 9.2). The integer begins with n zero
 * bits and a 1 bit, then n further bits follow.
 */
function exponential(reader: BitReader, unit: ByteReader): number {
  let zeros = 0;
  while (!reader.flag()) {
    if (++zeros === 32) throw unit.corrupt("its HEVC numbers must have at most 31 zeros", "more");
  }
  return 2 ** zeros - 1 + reader.bits(zeros);
}

function skip(reader: BitReader, bits: number): void {
  for (let i = 0; i < bits; i++) reader.flag();
}

/**
 * Removes each byte 3 that follows two zero bytes. Encoders insert this byte so that the content of
 * a unit never looks like the beginning of a unit (ITU-T H.265, 7.4.2).
 */
function withoutEmulation(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, i) => !(byte === 3 && bytes[i - 1] === 0 && bytes[i - 2] === 0));
}
