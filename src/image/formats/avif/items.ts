import { boxType, type IsoBox, nextBox } from "./iso_box.ts";
import { ByteReader } from "../byte_reader.ts";

/** An item of an AVIF: an image, a grid of images, or what belongs to one. */
export interface AvifItem {
  /** Number by which the file's tables name it. */
  readonly id: number;
  /** Four characters, as a number. */
  readonly type: number;
}

/** The items of an AVIF and what its tables say about them. */
export interface AvifItems {
  /** Makes the errors of the file. */
  readonly reader: ByteReader;
  /** The item that is the image. */
  readonly primary: AvifItem;
  /** Every item. */
  readonly all: readonly AvifItem[];
  /** What is said of an item, such as its size. */
  properties(item: AvifItem): readonly IsoBox[];
  /** The items that a grid is made of, row by row. */
  tiles(item: AvifItem): readonly AvifItem[];
  /** The first bytes of an item's data: as many as a header can have. */
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

/** A sequence header has some 20 bytes, or some 400 with all of its 32 operating points. */
const DATA_BYTES = 512;

/** As many as can be named: the place of one in the list is a number of 15 bits. */
const MAX_PROPERTIES = 32_767;

/** Where an item's data lies. */
interface Location {
  /** 0 counts from the start of the file, 1 from that of the `idat` box. */
  readonly method: number;
  readonly extents: readonly { readonly start: number; readonly length: number }[];
}

/**
 * Reads the tables of a `meta` box (ISO/IEC 14496-12, 8.11).
 *
 * It takes time in proportion to the box, whatever its counts claim.
 *
 * @param bytes The file, in which items lie.
 * @param meta What the box holds.
 * @throws {DomainError} `corrupt-image`, if a table that is needed is missing, there twice or
 * broken; `truncated-image`, if the file ends inside it.
 *
 * @example
 * ```ts
 * import { type AvifItem, type AvifItems, readAvifItems } from "./items.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * const meta = new Uint8Array(4); // Version and flags, and no table.
 * let primary: AvifItem | undefined;
 * try {
 *   const items: AvifItems = readAvifItems(meta, new ByteReader(meta, "AVIF", "big-endian"));
 *   primary = items.primary;
 * } catch {
 *   // It has no table of items.
 * }
 * if (primary !== undefined) throw new Error("no item is the image where there is none");
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
  // An item can be the tile of many grids, and have many extents.
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
      return known.again();
    },
  };
}

/** Finds the tables, each of which may be there once. */
function tablesOf(reader: ByteReader): ReadonlyMap<number, ByteReader> {
  const children = new Map<number, ByteReader>();
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (!TABLES.has(type)) continue;
    if (children.has(type)) {
      throw reader.corrupt("each table must be there once", "two of one kind");
    }
    children.set(type, content);
  }
  return children;
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
  if (item === undefined) throw reader.corrupt("an item that is named must be there", id);
  return item;
}

/** Reads the version of a box and skips its flags. */
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
  reader.skip(versionOf(reader) === 0 ? 2 : 4); // How many there are; they are counted here.
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (type !== INFE) continue;
    const version = versionOf(content);
    if (version < 2) continue; // Of a time before items had types.
    const id = version === 2 ? content.u16() : content.u32();
    content.skip(2); // Protection.
    if (items.has(id)) throw reader.corrupt("each item must be there once", id);
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
    reader.skip(2); // Which file: this one.
    const base = readSized(reader, baseBytes);
    const extentCount = reader.u16();
    // Else a table of extents could be long without having any bytes.
    if (extentCount > 1 && offsetBytes + lengthBytes + indexBytes === 0) {
      throw reader.corrupt("an extent must have bytes", 0);
    }
    const extents = [];
    for (let extent = 0; extent < extentCount; extent++) {
      readSized(reader, indexBytes);
      const start = base + readSized(reader, offsetBytes);
      extents.push({ start, length: readSized(reader, lengthBytes) });
    }
    if (locations.has(id)) throw reader.corrupt("each item must lie at one place", id);
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

/** Reads which items each grid is made of. */
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

/** Reads the properties, and which of them each item has. */
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
      if (index > all.length) throw reader.corrupt("a property that is named must be there", index);
      if (index > 0) boxes.push(all[index - 1]);
    }
    properties.set(id, boxes);
  }
}

/** Puts the first extents of an item one after the other. */
function dataOf(
  bytes: Uint8Array,
  meta: ByteReader,
  idat: ByteReader | undefined,
  location: Location | undefined,
): ByteReader {
  if (location === undefined || location.method > 1) {
    throw meta.corrupt("an image must lie in the file", "elsewhere");
  }
  const source = location.method === 0
    ? () => new ByteReader(bytes, "AVIF", "big-endian")
    : () => (idat ?? meta.part(0)).again();
  const data: number[] = [];
  for (const { start, length } of location.extents) {
    if (data.length === DATA_BYTES) break;
    if (length === 0) continue;
    const reader = source();
    reader.skip(start);
    data.push(...reader.take(Math.min(length, DATA_BYTES - data.length)));
  }
  // One byte more, which is never read, so that running out of them is damage and no cut.
  const copy = new ByteReader(Uint8Array.of(...data, 0), "AVIF", "big-endian");
  return copy.part(data.length);
}
