import { boxType, type IsoBox, nextBox } from "./iso_box.ts";
import { ByteReader } from "../byte_reader.ts";

/** An item of an AVIF: an image, a grid of images, or data of one such as its alpha. */
export interface AvifItem {
  /** Id in the tables of the file. */
  readonly id: number;
  /** Four characters as a number. */
  readonly type: number;
}

/** The items of an AVIF with their properties, tiles and data. */
export interface AvifItems {
  /** Reader of the `meta` box, for its `corrupt()`. */
  readonly reader: ByteReader;
  /** The item to show. */
  readonly primary: AvifItem;
  /** All items. */
  readonly all: readonly AvifItem[];
  /** Returns the properties of an item, such as its size. */
  properties(item: AvifItem): readonly IsoBox[];
  /** Returns the items of a grid, row by row. */
  tiles(item: AvifItem): readonly AvifItem[];
  /** Returns the start of the data of an item, long enough for the header of any codec. */
  data(item: AvifItem): ByteReader;
}

const PITM = boxType("pitm");
const IINF = boxType("iinf");
const INFE = boxType("infe");
const ILOC = boxType("iloc");
const IREF = boxType("iref");
const DIMG = boxType("dimg");
const IPRP = boxType("iprp");
const IPCO = boxType("ipco");
const IPMA = boxType("ipma");
const IDAT = boxType("idat");

/** Bytes of data that are read: a sequence header has some 20, or 400 with all 32 operating points. */
const DATA_BYTES = 512;

/** Maximum number of properties: an item refers to one by a 15-bit index. */
const MAX_PROPERTIES = 32_767;

/** Location of the data of an item. */
interface Location {
  /** Base of the offsets: 0 is the start of the file, 1 the start of the `idat` box. */
  readonly method: number;
  /** Runs of bytes that make up the data, in order. */
  readonly extents: readonly { readonly start: number; readonly length: number }[];
}

/**
 * Reads the tables of a `meta` box (ISO/IEC 14496-12, 8.11).
 *
 * The time is proportional to the bytes of the box, whatever counts it declares.
 *
 * @param bytes The whole file, which contains the data of the items.
 * @param meta Payload of the box.
 * @throws {DomainError} `corrupt-image`, if a required table is missing, duplicate or broken;
 * `truncated-image`, if the file ends inside one.
 *
 * @example
 * ```ts
 * import { type AvifItem, type AvifItems, readAvifItems } from "./items.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * const meta = new Uint8Array(4); // Version and flags, but no table.
 * let primary: AvifItem | undefined;
 * try {
 *   const items: AvifItems = readAvifItems(meta, new ByteReader(meta, "AVIF", "big-endian"));
 *   primary = items.primary;
 * } catch {
 *   // The table of items is missing.
 * }
 * if (primary !== undefined) throw new Error("a file without items has no primary item");
 * ```
 */
export function readAvifItems(bytes: Uint8Array, meta: ByteReader): AvifItems {
  meta.skip(4); // Version and flags.
  const tables = tablesOf(meta);
  const items = readItems(needed(tables, meta, IINF, "iinf"));
  const primaryId = readPrimary(needed(tables, meta, PITM, "pitm"));
  const primary = itemOf(items, meta, primaryId);
  const locations = readLocations(needed(tables, meta, ILOC, "iloc"));
  const references = tables.get(IREF);
  const tiles = references === undefined ? undefined : readTiles(references);
  const properties = propertiesOf(needed(tables, meta, IPRP, "iprp"));
  // Cached: an item can be a tile of many grids and have many extents.
  const data = new Map<number, ByteReader>();
  return {
    reader: meta,
    primary,
    all: [...items.values()],
    properties: ({ id }) => properties.get(id) ?? [],
    tiles: ({ id }) => (tiles?.get(id) ?? []).map((tile) => itemOf(items, meta, tile)),
    data: ({ id }) => {
      const known = data.get(id) ?? dataOf(bytes, meta, tables.get(IDAT), locations.get(id));
      data.set(id, known);
      return known.fromStart();
    },
  };
}

/** Returns the tables by type; each may occur once. */
function tablesOf(reader: ByteReader): ReadonlyMap<number, ByteReader> {
  const tables = new Map<number, ByteReader>();
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (!TABLES.has(type)) continue;
    if (tables.has(type)) {
      throw reader.corrupt("each table must occur once", "two of one kind");
    }
    tables.set(type, content);
  }
  return tables;
}

const TABLES: ReadonlySet<number> = new Set([PITM, IINF, ILOC, IREF, IPRP, IPCO, IDAT]);

function needed(
  tables: ReadonlyMap<number, ByteReader>,
  parent: ByteReader,
  type: number,
  name: string,
): ByteReader {
  const table = tables.get(type);
  if (table === undefined) throw parent.corrupt(`it must have a box ${name}`, "none");
  return table;
}

function itemOf(items: ReadonlyMap<number, AvifItem>, reader: ByteReader, id: number): AvifItem {
  const item = items.get(id);
  if (item === undefined) throw reader.corrupt("a referenced item must exist", id);
  return item;
}

/** Returns the version of a box and skips its flags. */
function versionOf(reader: ByteReader): number {
  const version = reader.u8();
  reader.skip(3);
  return version;
}

function readPrimary(reader: ByteReader): number {
  return versionOf(reader) === 0 ? reader.u16() : reader.u32();
}

function readItems(reader: ByteReader): ReadonlyMap<number, AvifItem> {
  const items = new Map<number, AvifItem>();
  reader.skip(versionOf(reader) === 0 ? 2 : 4); // Declared number of items; the boxes themselves are counted.
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (type !== INFE) continue;
    const version = versionOf(content);
    if (version < 2) continue; // Early versions have no item types.
    const id = version === 2 ? content.u16() : content.u32();
    content.skip(2); // Protection.
    if (items.has(id)) throw reader.corrupt("each item must occur once", id);
    items.set(id, { id, type: content.u32() });
  }
  return items;
}

function readLocations(reader: ByteReader): ReadonlyMap<number, Location> {
  const locations = new Map<number, Location>();
  const version = versionOf(reader);
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
    reader.skip(2); // Index of the file that has the data; always this one.
    const base = readSized(reader, baseBytes);
    const extentCount = reader.u16();
    // Otherwise a long table of extents would take no bytes of the file.
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

/** Reads the item ids of the tiles of each grid, by the id of the grid. */
function readTiles(reader: ByteReader): ReadonlyMap<number, readonly number[]> {
  const tiles = new Map<number, readonly number[]>();
  const version = versionOf(reader);
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (type !== DIMG) continue;
    const from = version === 0 ? content.u16() : content.u32();
    if (tiles.has(from)) throw reader.corrupt("each grid must have one list of tiles", "two");
    const to: number[] = [];
    for (let left = content.u16(); left > 0; left--) {
      to.push(version === 0 ? content.u16() : content.u32());
    }
    tiles.set(from, to);
  }
  return tiles;
}

/** Reads the properties of each item, by item id. */
function propertiesOf(reader: ByteReader): ReadonlyMap<number, readonly IsoBox[]> {
  let all: readonly IsoBox[] | undefined;
  const properties = new Map<number, readonly IsoBox[]>();
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (type === IPCO) {
      if (all !== undefined) throw reader.corrupt("it must have one box ipco", "two");
      all = readProperties(content);
    } else if (type === IPMA) {
      if (all === undefined) throw reader.corrupt("ipco must come before ipma", "none");
      readAssociations(content, all, properties);
    }
  }
  return properties;
}

function readProperties(reader: ByteReader): readonly IsoBox[] {
  const all: IsoBox[] = [];
  while (reader.remaining > 0) {
    if (all.length === MAX_PROPERTIES) {
      throw reader.corrupt(`it must have at most ${MAX_PROPERTIES} properties`, "more");
    }
    all.push(nextBox(reader));
  }
  return all;
}

function readAssociations(
  reader: ByteReader,
  all: readonly IsoBox[],
  properties: Map<number, readonly IsoBox[]>,
): void {
  const version = reader.u8();
  reader.skip(2);
  const isWide = (reader.u8() & 1) !== 0;
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const id = version === 0 ? reader.u16() : reader.u32();
    if (properties.has(id)) throw reader.corrupt("each item must have one list", id);
    const boxes: IsoBox[] = [];
    for (let left = reader.u8(); left > 0; left--) {
      const index = isWide ? reader.u16() & 0x7fff : reader.u8() & 0x7f;
      if (index === 0) continue; // No property.
      const box = all[index - 1];
      if (box === undefined) throw reader.corrupt("a referenced property must exist", index);
      boxes.push(box);
    }
    properties.set(id, boxes);
  }
}

/** Returns the first bytes of the data of an item, joined from its extents. */
function dataOf(
  bytes: Uint8Array,
  meta: ByteReader,
  idat: ByteReader | undefined,
  location: Location | undefined,
): ByteReader {
  if (location === undefined || location.method > 1) {
    throw meta.corrupt("the data of an image must be in the file", "elsewhere");
  }
  const source = location.method === 0
    ? () => new ByteReader(bytes, "AVIF", "big-endian")
    : () => (idat ?? meta.part(0)).fromStart();
  const data: number[] = [];
  for (const { start, length } of location.extents) {
    if (data.length === DATA_BYTES) break;
    if (length === 0) continue;
    const reader = source();
    reader.skip(start);
    data.push(...reader.take(Math.min(length, DATA_BYTES - data.length)));
  }
  // The extra byte is never read. It makes reading past the data `corrupt-image`, not truncated.
  const copy = new ByteReader(Uint8Array.of(...data, 0), "AVIF", "big-endian");
  return copy.part(data.length);
}
