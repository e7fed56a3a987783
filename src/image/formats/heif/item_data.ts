import { joinedBytes } from "../../../core/joined_bytes.ts";
import type { ByteReader } from "../byte_reader.ts";

/** Location in the file of the data of an item (for example of an image or a tile). */
interface Location {
  /**
   * Origin of the offsets in `extents`. 0: start of the file. 1: start of the payload of the box
   * `idat`.
   */
  readonly method: number;
  /** Byte ranges of the data, in order. */
  readonly extents: readonly { readonly start: number; readonly length: number }[];
}

/** Function that returns the data of the item `id`. */
export type ItemData = (id: number) => Uint8Array;

/**
 * Creates a function that reads the data of the items (images, tiles or metadata) in a HEIF file
 * (ISO/IEC 14496-12, 8.11.3).
 *
 * Data in one byte range are returned as a view of the file. Data in several byte ranges are copied
 * into a new array. All copies together may have at most as many bytes as the file, because many
 * items of a hostile file could share the same ranges.
 *
 * @param file Reader of the whole file.
 * @param meta Reader of the box `meta`, used to create errors.
 * @param iloc Payload of the box `iloc`, the table with the locations of all items.
 * @param idat Payload of the box `idat`, which can contain data of items. Undefined: the file has
 *   no box `idat`.
 * @throws {DomainError} `corrupt-image`, if the table is broken, or if the data of an item are in
 * another file; `truncated-image`, if the file ends inside the data.
 */
export function itemData(
  file: ByteReader,
  meta: ByteReader,
  iloc: ByteReader,
  idat: ByteReader | undefined,
): ItemData {
  const locations = readLocations(iloc);
  // Cache of the data. The key is the item id. A hostile file can use one item many times, as a
  // tile of many grids.
  const known = new Map<number, Uint8Array>();
  const fileBytes = file.whole().length;
  let copied = 0;

  function read(id: number): Uint8Array {
    const location = locations.get(id);
    if (location === undefined || location.method > 1) {
      throw meta.corrupt("the data of an image must be in the file", "elsewhere");
    }
    const source = location.method === 0
      ? () => file.fromStart()
      : () => (idat ?? meta.part(0)).fromStart();
    const extents = location.extents.filter(({ length }) => length > 0);
    const runs = extents.map(({ start, length }) => {
      const reader = source();
      reader.skip(start);
      return reader.take(length);
    });
    const [first = new Uint8Array(), ...others] = runs;
    if (others.length === 0) return first;
    copied += runs.reduce((sum, { length }) => sum + length, 0);
    if (copied > fileBytes) {
      throw meta.corrupt(
        `its images must have at most the ${fileBytes} bytes of the file`,
        copied,
      );
    }
    return joinedBytes(runs);
  }

  return (id) => {
    const data = known.get(id) ?? read(id);
    known.set(id, data);
    return data;
  };
}

function readLocations(reader: ByteReader): ReadonlyMap<number, Location> {
  const locations = new Map<number, Location>();
  const version = reader.u8();
  reader.skip(3);
  if (version > 2) throw reader.corrupt("the version of iloc must be at most 2", version);
  const sizes = reader.u16();
  const offsetBytes = sizes >> 12;
  const lengthBytes = sizes >> 8 & 15;
  const baseBytes = sizes >> 4 & 15;
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const count = version < 2 ? reader.u16() : reader.u32();
  for (let i = 0; i < count; i++) {
    const id = version < 2 ? reader.u16() : reader.u32();
    const method = version === 0 ? 0 : reader.u16() & 15;
    reader.skip(2); // Index of the file with the data. Not used.
    const base = readSized(reader, baseBytes);
    const extentCount = reader.u16();
    // Fields of 0 bytes are refused, because a tiny file could then declare any number of extents
    // (byte ranges).
    if (extentCount > 1 && offsetBytes + lengthBytes + indexBytes === 0) {
      throw reader.corrupt("an extent must have bytes", 0);
    }
    const extents: { readonly start: number; readonly length: number }[] = [];
    for (let extent = 0; extent < extentCount; extent++) {
      readSized(reader, indexBytes);
      const start = base + readSized(reader, offsetBytes);
      extents.push({ start, length: readSized(reader, lengthBytes) });
    }
    if (locations.has(id)) throw reader.corrupt("each item must have one location", id);
    locations.set(id, { method, extents });
  }
  return locations;
}

function readSized(reader: ByteReader, size: number): number {
  switch (size) {
    case 0:
      return 0;
    case 4:
      return reader.u32();
    case 8:
      return reader.u64();
    default:
      throw reader.corrupt("a number of iloc must have 0, 4 or 8 bytes", size);
  }
}
