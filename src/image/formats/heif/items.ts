import type { ByteReader } from "../byte_reader.ts";
import { boxType, type IsoBox, nextBox } from "./iso_box.ts";
import { itemData } from "./item_data.ts";
import { propertiesOf } from "./item_properties.ts";

/**
 * Item of a HEIF file (AVIF or HEIC): an image, a grid of images, or data that belong to an image,
 * such as its alpha.
 */
export interface HeifItem {
  /** Id of the item in the tables of the file. */
  readonly id: number;
  /** Type of the item: four characters, stored as a number from `boxType()`. */
  readonly type: number;
}

/** Items of a HEIF file, with their properties, tiles and data. */
export interface HeifItems {
  /** Reader of the box `meta`, which lists the items. Used to create errors. */
  readonly reader: ByteReader;
  /** Main image: the item to show. */
  readonly primary: HeifItem;
  /** All items. */
  readonly all: readonly HeifItem[];
  /** Returns the properties of an item, such as its size. */
  properties(item: HeifItem): readonly IsoBox[];
  /** Returns the tiles of a grid item, row by row. */
  tiles(item: HeifItem): readonly HeifItem[];
  /**
   * Returns the items to which an auxiliary image belongs. For example, an alpha image belongs to
   * an image with colours.
   */
  auxiliaryOf(item: HeifItem): readonly HeifItem[];
  /** Returns true if the stored colours of an item are already multiplied by its alpha. */
  isPremultiplied(item: HeifItem): boolean;
  /** Returns the data of an item. */
  data(item: HeifItem): Uint8Array;
}

const PITM = boxType("pitm");
const IINF = boxType("iinf");
const INFE = boxType("infe");
const ILOC = boxType("iloc");
const IREF = boxType("iref");
const DIMG = boxType("dimg");
const AUXL = boxType("auxl");
const PREM = boxType("prem");
const IPRP = boxType("iprp");
const IDAT = boxType("idat");

/**
 * Reads the tables of a `meta` box (ISO/IEC 14496-12, 8.11).
 *
 * The reading time is at most proportional to the length of the box, even if the box declares huge
 * counts.
 *
 * @param file Reader of the whole file, which contains the data of the items.
 * @param meta Payload of the box `meta`.
 * @throws {DomainError} `corrupt-image`, if a required table is missing, duplicate or broken;
 * `truncated-image`, if the file ends inside a table.
 *
 * @example
 * ```ts
 * import { type HeifItem, type HeifItems, readHeifItems } from "./items.ts";
 * import { ByteReader } from "../byte_reader.ts";
 *
 * const meta = new Uint8Array(4); // Version and flags, but no table.
 * let primary: HeifItem | undefined;
 * try {
 *   const reader = new ByteReader(meta, "AVIF", "big-endian");
 *   const items: HeifItems = readHeifItems(reader, reader);
 *   primary = items.primary;
 * } catch {
 *   // The table of items is missing.
 * }
 * if (primary !== undefined) throw new Error("a file without items has no primary item");
 * ```
 */
export function readHeifItems(file: ByteReader, meta: ByteReader): HeifItems {
  const tables = tablesOf(meta);
  const items = readItems(needed(tables, meta, IINF, "iinf"));
  const primaryId = readPrimary(needed(tables, meta, PITM, "pitm"));
  const primary = itemOf(items, meta, primaryId);
  const data = itemData(file, meta, needed(tables, meta, ILOC, "iloc"), tables.get(IDAT));
  const references = readReferences(tables.get(IREF));
  const properties = propertiesOf(needed(tables, meta, IPRP, "iprp"));
  const referenced = (type: number, { id }: HeifItem) =>
    (references.get(type)?.get(id) ?? []).map((to) => itemOf(items, meta, to));
  return {
    reader: meta,
    primary,
    all: [...items.values()],
    properties: ({ id }) => properties.get(id) ?? [],
    tiles: (item) => referenced(DIMG, item),
    auxiliaryOf: (item) => referenced(AUXL, item),
    isPremultiplied: (item) => referenced(PREM, item).length > 0,
    data: ({ id }) => data(id),
  };
}

/**
 * Returns true if a `meta` box names a primary item (main image). If the box names no primary item,
 * the image can only be in an image sequence (box `moov`).
 *
 * @param meta Payload of the box `meta`.
 */
export function hasPrimaryItem(meta: ByteReader): boolean {
  return tablesOf(meta).has(PITM);
}

/**
 * Returns the tables (boxes inside `meta`). The key is the type of the table. Each table may occur
 * only once.
 */
function tablesOf(meta: ByteReader): ReadonlyMap<number, ByteReader> {
  const reader = meta.fromStart();
  reader.skip(4); // Version and flags.
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

const TABLES: ReadonlySet<number> = new Set([PITM, IINF, ILOC, IREF, IPRP, IDAT]);

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

function itemOf(items: ReadonlyMap<number, HeifItem>, reader: ByteReader, id: number): HeifItem {
  const item = items.get(id);
  if (item === undefined) throw reader.corrupt("a referenced item must exist", id);
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

function readItems(reader: ByteReader): ReadonlyMap<number, HeifItem> {
  const items = new Map<number, HeifItem>();
  reader.skip(versionOf(reader) === 0 ? 2 : 4); // Declared number of items. Not used.
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

/**
 * Ids of the items (images or tiles) to which another item refers. First key: type of the
 * reference. Second key: id of the referring item.
 */
type References = ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>;

/**
 * Reads three types of references: from a grid to its tiles (`dimg`), from an auxiliary image to
 * its image (`auxl`), and from premultiplied colours to their alpha (`prem`).
 */
function readReferences(reader: ByteReader | undefined): References {
  const lists = new Map([DIMG, AUXL, PREM].map((type) => [type, new Map<number, number[]>()]));
  if (reader === undefined) return lists;
  const readId = versionOf(reader) === 0
    ? (box: ByteReader) => box.u16()
    : (box: ByteReader) => box.u32();
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    const list = lists.get(type);
    if (list === undefined) continue;
    const from = readId(content);
    if (list.has(from)) throw reader.corrupt("an item must have one list of each reference", "two");
    const to: number[] = [];
    for (let left = content.u16(); left > 0; left--) to.push(readId(content));
    list.set(from, to);
  }
  return lists;
}
