import type { Size } from "../../../core/size.ts";
import { BitReader } from "../bit_reader.ts";
import type { ByteReader } from "../byte_reader.ts";

const SEQUENCE_HEADER = 1;
const TEMPORAL_DELIMITER = 2;

/**
 * Reads the largest frame size of AV1 data from its sequence header (AV1 specification, 5.5).
 *
 * @param reader The data from its first unit on; the sequence header must come before any frame.
 * @throws {DomainError} `corrupt-image`, if there is no sequence header; `truncated-image`, if the
 * file ends inside it.
 *
 * @example
 * ```ts
 * import { av1Size } from "./av1_size.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * // A still image of level 0, width 3 and height 2, minus 1, in 2 bits each.
 * const unit = [0x0a, 4, 0b000_1_1_000, 0b00_0001_00, 0b01_10_01_00, 0];
 * const size = av1Size(new ByteReader(Uint8Array.from(unit), "AVIF", "big-endian"));
 * if (size.width !== 3 || size.height !== 2) throw new Error("3 wide and 2 high");
 * ```
 */
export function av1Size(reader: ByteReader): Size {
  const { type, unit } = nextUnit(reader);
  if (type === SEQUENCE_HEADER) return readSequenceHeader(new BitReader(unit));
  const second = type === TEMPORAL_DELIMITER ? nextUnit(reader) : { type, unit };
  if (second.type !== SEQUENCE_HEADER) {
    throw reader.corrupt("its AV1 data must start with a sequence header", `unit ${second.type}`);
  }
  return readSequenceHeader(new BitReader(second.unit));
}

/** Reads the header of a unit (5.3.2); without a size, its payload is the rest of the data. */
function nextUnit(reader: ByteReader): { readonly type: number; readonly unit: ByteReader } {
  const header = reader.u8();
  const hasExtension = (header & 4) !== 0;
  const hasSize = (header & 2) !== 0;
  if (hasExtension) reader.skip(1);
  const size = hasSize ? leb128(reader) : reader.remaining;
  return { type: header >> 3 & 15, unit: reader.part(Math.min(size, reader.remaining)) };
}

/** Reads an integer stored seven bits per byte, low bits first (4.10.5). */
function leb128(reader: ByteReader): number {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = reader.u8();
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) break;
  }
  return value;
}

/** Reads a sequence header (5.5.1) up to its size. */
function readSequenceHeader(reader: BitReader): Size {
  reader.bits(3); // Profile.
  reader.flag(); // Still image.
  const isReduced = reader.flag();
  if (isReduced) reader.bits(5); // Level.
  else skipOperatingPoints(reader);
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  return { width: reader.bits(widthBits) + 1, height: reader.bits(heightBits) + 1 };
}

function skipOperatingPoints(reader: BitReader): void {
  const hasTiming = reader.flag();
  if (hasTiming) skipTiming(reader);
  const delayBits = hasTiming && reader.flag() ? skipDecoderModel(reader) : undefined;
  const hasDisplayDelay = reader.flag();
  const points = reader.bits(5) + 1;
  for (let i = 0; i < points; i++) {
    reader.bits(12);
    if (reader.bits(5) > 7) reader.flag(); // Level; high levels have a tier.
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

/** Skips a variable-length integer: n zeros, a one, then n bits (4.10.3). */
function skipVariableLength(reader: BitReader): void {
  let zeros = 0;
  while (zeros < 32 && !reader.flag()) zeros++;
  if (zeros < 32) reader.bits(zeros);
}

/** Skips a decoder model (5.5.4) and returns the bit count of its delays. */
function skipDecoderModel(reader: BitReader): number {
  const delayBits = reader.bits(5) + 1;
  reader.bits(32);
  reader.bits(10);
  return delayBits;
}
