import type { ByteReader } from "../byte_reader.ts";
import type { Coding } from "../heif/heif_image.ts";
import { boxType } from "../heif/iso_box.ts";
import { type HevcSequence, readHevcSequence } from "./hevc_sequence.ts";

/**
 * Rules for HEVC data in the items (stored images) of a HEIC (ISO/IEC 23008-12, annex B). The
 * number of tiles is limited, because libheif reads at most 1000 items, and an image with alpha has
 * two items per tile. A photo of 48 megapixels has 192 tiles of 512x512 pixels.
 */
export const HEVC: Coding<HevcSequence> = {
  name: "HEVC",
  itemType: boxType("hvc1"),
  configType: boxType("hvcC"),
  layers: new Map(),
  maxTiles: 490,
  keepsOrder: true,
  read: readHevcData,
};

/**
 * First and last type of the HEVC units (NAL units) whose picture can be decoded without other
 * pictures (ITU-T H.265, 7.4.2.2).
 */
const FIRST_KEY = 16, LAST_KEY = 23;
/** First type of HEVC units that contain no part of a picture. */
const NO_PICTURE = 32;
const SEQUENCE_SET = 33;

/** Number of bytes to skip at the start of the configuration box `hvcC`. */
const CONFIG_START = 21;
/** Maximum bytes of an HEVC configuration. Real configurations have about 100 to 200 bytes. */
const MAX_CONFIG_BYTES = 16_384;

/**
 * Maximum number of slices (separately coded parts) in the HEVC data of one image or tile. The
 * limit bounds the decoding time, because a slice of only a few bytes makes a decoder process all
 * pixels. Real images have a few slices.
 */
const MAX_SLICES = 8;

/**
 * Maximum number of units (NAL units) in HEVC data. Real data have a few units. The limit bounds
 * the reading time.
 */
const MAX_UNITS = 10_000;

/**
 * Reads the format of HEVC data, and refuses data with several pictures or too many slices.
 *
 * @param data Reader of the HEVC data. The data are units (NAL units). The length of each unit is
 *   stored before the unit.
 * @param config Payload of the configuration box `hvcC` (ISO/IEC 14496-15, 8.3.3.1).
 * @throws {DomainError} `corrupt-image`, if the data or the configuration break a rule;
 * `unsupported-format`, if the colour planes are coded as separate pictures.
 */
export function readHevcData(data: ByteReader, config: ByteReader | undefined): HevcSequence {
  if (config === undefined) throw data.corrupt("its HEVC data must have a configuration", "none");
  const payload = config.whole();
  if (payload.length > MAX_CONFIG_BYTES) {
    throw data.corrupt(
      `its HEVC configuration must have at most ${MAX_CONFIG_BYTES} bytes`,
      payload.length,
    );
  }
  const { lengthBytes, sequence } = readConfig(data.ofComplete(payload));
  return { ...sequence, slices: countSlices(data, lengthBytes), config: payload };
}

/**
 * Reads two fields of the configuration: the number of bytes in which the length of a unit is
 * stored, and the sequence parameter set (the description of the image format).
 */
function readConfig(reader: ByteReader): {
  readonly lengthBytes: 1 | 2 | 4;
  readonly sequence: Omit<HevcSequence, "config" | "slices">;
} {
  reader.skip(CONFIG_START);
  const lengthBytes = (reader.u8() & 3) + 1;
  if (lengthBytes === 3) throw reader.corrupt("a length must have 1, 2 or 4 bytes", lengthBytes);
  let found: ByteReader | undefined;
  for (let arrays = reader.u8(); arrays > 0; arrays--) {
    const type = reader.u8() & 63;
    for (let units = reader.u16(); units > 0; units--) {
      const unit = reader.part(reader.u16());
      if (type !== SEQUENCE_SET) continue;
      found ??= unit;
      if (!isEqual(unit.whole(), found.whole())) {
        throw reader.corrupt("its HEVC configuration must have one sequence parameter set", "two");
      }
    }
  }
  if (found === undefined) {
    throw reader.corrupt("its HEVC configuration must have a sequence parameter set", "none");
  }
  return { lengthBytes: lengthBytes as 1 | 2 | 4, sequence: readHevcSequence(found) };
}

/**
 * Counts the slices (separately coded parts) of HEVC data. Refuses the data unless they are one
 * picture of at most 8 slices.
 */
function countSlices(data: ByteReader, lengthBytes: 1 | 2 | 4): number {
  let slices = 0;
  for (let units = 0; data.remaining > 0; units++) {
    if (units === MAX_UNITS) {
      throw data.corrupt(`its HEVC data must have at most ${MAX_UNITS} units`, "more");
    }
    const unit = nextUnit(data, lengthBytes);
    const type = unit.u8() >> 1 & 63;
    if (type === SEQUENCE_SET) {
      throw data.corrupt("its HEVC parameter sets must be in its configuration", "elsewhere");
    }
    if (type >= NO_PICTURE) continue;
    if (type < FIRST_KEY || type > LAST_KEY) {
      throw data.corrupt("its HEVC picture must need no other picture", `unit ${type}`);
    }
    unit.skip(1);
    const isFirst = unit.u8() >> 7 === 1;
    if (isFirst !== (slices === 0)) {
      throw data.corrupt("its HEVC data must have one picture", isFirst ? "two" : "a part of one");
    }
    if (++slices > MAX_SLICES) {
      throw data.corrupt(`its HEVC picture must have at most ${MAX_SLICES} slices`, "more");
    }
  }
  if (slices === 0) throw data.corrupt("its HEVC data must have one picture", "none");
  return slices;
}

/** Reads the length of a unit (NAL unit) and returns a reader of the unit. */
function nextUnit(data: ByteReader, lengthBytes: 1 | 2 | 4): ByteReader {
  const length = lengthBytes === 1 ? data.u8() : lengthBytes === 2 ? data.u16() : data.u32();
  return data.part(length);
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
