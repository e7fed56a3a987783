import type { ByteReader } from "../byte_reader.ts";
import { type Av1Sequence, readAv1Sequence } from "./av1_sequence.ts";
import { completeReader } from "./avif_reader.ts";

const SEQUENCE_HEADER = 1;
const TEMPORAL_DELIMITER = 2;
const FRAME_HEADER = 3;
const FRAME = 6;

/**
 * Maximum frames of one image. A frame of a few bytes costs a pass over all pixels.
 *
 * A still image has one, or one for each of up to 4 layers (AVIF 1.1, 2.1).
 */
const MAX_FRAMES = 8;

/** Bytes of a sequence header that are read: it has some 20, or 400 with 32 operating points. */
const MAX_HEADER = 512;

/** Far more than a frame of 4096 tiles has, one for each; more would only cost time. */
const MAX_UNITS = 10_000;

/**
 * Reads the sequence header of AV1 data and counts its frames.
 *
 * @param reader The data from its first unit on; the sequence header must come before any frame.
 * @throws {DomainError} `corrupt-image`, if there is no sequence header, two that differ, or more
 * than 8 frames.
 *
 * @example
 * ```ts
 * import { readAv1Data } from "./av1_data.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * // A sequence header of 6 bytes; then frames of no bytes.
 * const header = [0x0a, 6, 0b000_1_1_000, 0b00_0001_00, 0b01_10_01_00, 0, 0, 0];
 * const read = (...units: number[]) =>
 *   readAv1Data(new ByteReader(Uint8Array.from(units), "AVIF", "big-endian"));
 * if (read(...header, 0x32, 0).width !== 3) throw new Error("3 wide");
 * let isRefused = false;
 * try {
 *   read(...header, ...Array(9).fill([0x32, 0]).flat());
 * } catch {
 *   isRefused = true;
 * }
 * if (!isRefused) throw new Error("9 frames are too many");
 * ```
 */
export function readAv1Data(reader: ByteReader): Av1Sequence {
  let header: ByteReader | undefined;
  let frames = 0;
  for (let units = 0; reader.remaining > 0; units++) {
    if (units === MAX_UNITS) {
      throw reader.corrupt(`its AV1 data must have at most ${MAX_UNITS} units`, "more");
    }
    const { type, payload } = nextUnit(reader);
    if (type === SEQUENCE_HEADER) {
      header ??= payload;
      if (!isEqual(payload.whole(), header.whole())) {
        throw reader.corrupt("its AV1 data must have one sequence header", "two that differ");
      }
    } else if (header === undefined && type !== TEMPORAL_DELIMITER) {
      throw reader.corrupt("its AV1 data must start with a sequence header", `unit ${type}`);
    }
    if ((type === FRAME || type === FRAME_HEADER) && ++frames > MAX_FRAMES) {
      throw reader.corrupt(`its AV1 data must have at most ${MAX_FRAMES} frames`, "more");
    }
  }
  if (header === undefined) {
    throw reader.corrupt("its AV1 data must have a sequence header", "none");
  }
  return readAv1Sequence(completeReader(header.whole().subarray(0, MAX_HEADER)));
}

/**
 * Reads the header of a unit (5.3.2). A unit without a declared size fills the rest of the data.
 */
function nextUnit(reader: ByteReader): { readonly type: number; readonly payload: ByteReader } {
  let header = reader.u8();
  // libaom skips zeros between frames.
  while (header === 0 && reader.remaining > 0) header = reader.u8();
  const hasExtension = (header & 4) !== 0;
  const hasSize = (header & 2) !== 0;
  if (hasExtension) reader.skip(1);
  const size = hasSize ? leb128(reader) : reader.remaining;
  return { type: header >> 3 & 15, payload: reader.part(Math.min(size, reader.remaining)) };
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

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
