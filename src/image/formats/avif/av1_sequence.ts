import type { Size } from "../../../core/size.ts";
import { BitReader } from "../bit_reader.ts";
import type { ByteReader } from "../byte_reader.ts";

/** Sequence header of AV1 data, which describes the format of all frames. */
export interface Av1Sequence extends Size {
  /** AV1 profile. 0: main, 1: high, 2: professional. */
  readonly profile: number;
  /** Bits per sample. */
  readonly bitDepth: 8 | 10 | 12;
  /** True if the image is grey: it has no chroma planes. */
  readonly isGrey: boolean;
  /** True if the chroma planes have half as many columns as the image. */
  readonly halvesColumns: boolean;
  /** True if the chroma planes have half as many rows as the image. */
  readonly halvesRows: boolean;
  /**
   * Code for the position of chroma samples between pixels (AV1 specification, 6.4.2). 0: unknown.
   */
  readonly chromaPosition: number;
  /** True if the decoder may have to add film grain to frames. */
  readonly hasFilmGrain: boolean;
}

type Colour = Omit<Av1Sequence, "profile" | "hasFilmGrain" | keyof Size>;

/**
 * Codes of colour properties (AV1 specification, 6.4.2): primaries of BT.709, transfer function of
 * sRGB, matrix of RGB.
 */
const BT_709 = 1, SRGB = 13, IDENTITY = 0;
const UNSPECIFIED = 2;

/**
 * Reads a sequence header, which describes the format of all frames (AV1 specification, 5.5).
 *
 * @param unit Reader of the unit (OBU) that contains the sequence header.
 * @returns Sequence header. `width` and `height` are the maximum size of a frame.
 * @throws {DomainError} `corrupt-image`, if the unit ends inside the header.
 *
 * @example
 * ```ts
 * import { type Av1Sequence, readAv1Sequence } from "./av1_sequence.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * // A still image of level 0, width 3 and height 2, minus 1, in 2 bits each.
 * const unit = Uint8Array.of(0b000_1_1_000, 0b00_0001_00, 0b01_10_01_00, 0, 0, 0);
 * const reader = new ByteReader(unit, "AVIF", "big-endian");
 * const { width, height, bitDepth }: Av1Sequence = readAv1Sequence(reader);
 * if (width !== 3 || height !== 2 || bitDepth !== 8) throw new Error("3x2 of 8 bits");
 * ```
 */
export function readAv1Sequence(unit: ByteReader): Av1Sequence {
  const reader = new BitReader(unit);
  const profile = reader.bits(3);
  reader.flag(); // Still image.
  const isReduced = reader.flag();
  if (isReduced) reader.bits(5); // Level.
  else skipOperatingPoints(reader);
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  const size = { width: reader.bits(widthBits) + 1, height: reader.bits(heightBits) + 1 };
  if (!isReduced && reader.flag()) reader.bits(7); // Lengths of frame ids.
  reader.bits(3); // Superblocks of 128, intra filter, intra edge filter.
  if (!isReduced) skipInterTools(reader);
  reader.bits(3); // Super-resolution, CDEF, loop restoration.
  const colour = readColour(reader, profile);
  return { profile, ...size, ...colour, hasFilmGrain: reader.flag() };
}

function skipOperatingPoints(reader: BitReader): void {
  const hasTiming = reader.flag();
  if (hasTiming) skipTiming(reader);
  const delayBits = hasTiming && reader.flag() ? skipDecoderModel(reader) : undefined;
  const hasDisplayDelay = reader.flag();
  const points = reader.bits(5) + 1;
  for (let i = 0; i < points; i++) {
    reader.bits(12);
    if (reader.bits(5) > 7) reader.flag(); // Level of the decoder; a flag follows after high levels.
    if (delayBits !== undefined && reader.flag()) {
      reader.bits(delayBits);
      reader.bits(delayBits + 1);
    }
    if (hasDisplayDelay && reader.flag()) reader.bits(4);
  }
}

function skipTiming(reader: BitReader): void {
  reader.bits(32);
  reader.bits(32);
  const isEqual = reader.flag();
  if (isEqual) skipVariableLength(reader);
}

/**
 * Skips an integer of variable length (AV1 specification, 4.10.3). The integer begins with n zero
 * bits and a 1 bit, then n further bits follow.
 */
function skipVariableLength(reader: BitReader): void {
  let zeros = 0;
  while (zeros < 32 && !reader.flag()) zeros++;
  if (zeros < 32) reader.bits(zeros);
}

/**
 * Skips the description of a decoder (AV1 specification, 5.5.4). Returns the number of bits of each
 * delay field.
 */
function skipDecoderModel(reader: BitReader): number {
  const delayBits = reader.bits(5) + 1;
  reader.bits(32);
  reader.bits(10);
  return delayBits;
}

/**
 * Skips the flags for videos and for screen content, which do not matter for still images (AV1
 * specification, 5.5.1).
 */
function skipInterTools(reader: BitReader): void {
  reader.bits(4);
  const hasOrderHint = reader.flag();
  if (hasOrderHint) reader.bits(2);
  const choosesScreenTools = reader.flag();
  const mayUseScreenTools = choosesScreenTools || reader.flag();
  if (mayUseScreenTools && !reader.flag()) reader.flag(); // Motion vectors are whole numbers.
  if (hasOrderHint) reader.bits(3);
}

/** Reads the colour format of the samples (AV1 specification, 5.5.2). */
function readColour(reader: BitReader, profile: number): Colour {
  const bitDepth = readDepth(reader, profile);
  const isGrey = profile !== 1 && reader.flag();
  const isDescribed = reader.flag();
  const primaries = isDescribed ? reader.bits(8) : UNSPECIFIED;
  const transfer = isDescribed ? reader.bits(8) : UNSPECIFIED;
  const matrix = isDescribed ? reader.bits(8) : UNSPECIFIED;
  const isRgb = primaries === BT_709 && transfer === SRGB && matrix === IDENTITY;
  if (isGrey || !isRgb) reader.flag(); // Range of samples.
  const [halvesColumns, halvesRows] = isGrey
    ? [true, true]
    : isRgb
    ? [false, false]
    : readSubsampling(reader, profile, bitDepth);
  const chromaPosition = !isGrey && halvesColumns && halvesRows ? reader.bits(2) : 0;
  if (!isGrey) reader.flag(); // Quantisation of the two chroma planes differs.
  return { bitDepth, isGrey, halvesColumns, halvesRows, chromaPosition };
}

function readDepth(reader: BitReader, profile: number): 8 | 10 | 12 {
  const isHigh = reader.flag();
  if (!isHigh) return 8;
  return profile === 2 && reader.flag() ? 12 : 10;
}

function readSubsampling(
  reader: BitReader,
  profile: number,
  bitDepth: number,
): readonly [halvesColumns: boolean, halvesRows: boolean] {
  if (profile === 0) return [true, true];
  if (profile === 1) return [false, false];
  if (bitDepth < 12) return [true, false];
  const halvesColumns = reader.flag();
  return [halvesColumns, halvesColumns && reader.flag()];
}
