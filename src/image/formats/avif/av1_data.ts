import type { ByteReader } from "../byte_reader.ts";
import { boxType } from "../heif/iso_box.ts";
import type { Coding } from "../heif/heif_image.ts";
import { type Av1Sequence, readAv1Sequence } from "./av1_sequence.ts";

const SEQUENCE_HEADER = 1;
const TEMPORAL_DELIMITER = 2;
const FRAME_HEADER = 3;
const FRAME = 6;

/**
 * Maximum number of frames in the AV1 data of one image. The limit bounds the decoding time,
 * because a frame of only a few bytes makes a decoder process all pixels.
 *
 * A still image has one frame, or one frame for each of up to 4 layers (AVIF 1.1, 2.1).
 */
const MAX_FRAMES = 8;

/**
 * Maximum bytes to read of a sequence header. A sequence header describes the format of all frames.
 * Usual sequence headers have about 20 bytes, and the longest have about 400 bytes.
 */
const MAX_HEADER = 512;

/**
 * Maximum number of units (OBUs) in AV1 data. The limit bounds the reading time. Real data have
 * fewer units, because a frame has at most 4096 tiles (separately coded parts), each in one unit.
 */
const MAX_UNITS = 10_000;

/** Rules for AV1 data in the items (stored images) of an AVIF (AVIF 1.1, section 2). */
export const AV1: Coding<Av1Sequence> = {
  name: "AV1",
  itemType: boxType("av01"),
  configType: boxType("av1C"),
  layers: new Map([
    [boxType("a1op"), [1]],
    [boxType("lsel"), [2]],
    [boxType("a1lx"), [7, 13]],
  ]),
  maxTiles: Infinity,
  keepsOrder: false,
  read: readAv1Data,
};

/**
 * Reads the sequence header of AV1 data, which describes the format of all frames. Refuses data
 * with too many frames.
 *
 * @param reader Reader of the AV1 data, at the first unit (OBU). The sequence header must come
 *   before the first frame.
 * @throws {DomainError} `corrupt-image`, if there is no sequence header, if two sequence headers
 * differ, or if there are more than 8 frames.
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
  return readAv1Sequence(reader.ofComplete(header.whole().subarray(0, MAX_HEADER)));
}

/**
 * Reads the type and the payload of a unit (OBU; AV1 specification, 5.3.2). A unit without a
 * declared size extends to the end of the data.
 */
function nextUnit(reader: ByteReader): { readonly type: number; readonly payload: ByteReader } {
  let header = reader.u8();
  // Skips zeros between frames, like libaom.
  while (header === 0 && reader.remaining > 0) header = reader.u8();
  const hasExtension = (header & 4) !== 0;
  const hasSize = (header & 2) !== 0;
  if (hasExtension) reader.skip(1);
  const size = hasSize ? leb128(reader) : reader.remaining;
  return { type: header >> 3 & 15, payload: reader.part(Math.min(size, reader.remaining)) };
}

/**
 * Reads an integer that is stored in seven bits per byte, lowest bits first (AV1 specification,
 * 4.10.5).
 */
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
