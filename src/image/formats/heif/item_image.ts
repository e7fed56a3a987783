import type { DomainError } from "../../../core/domain_error.ts";
import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import {
  type CodedImage,
  type CodedTile,
  type Coding,
  type HeifImage,
  type SequenceReader,
  sequenceReader,
} from "./heif_image.ts";
import { ALPHA_SIZE, checkSize, isAlphaType, readDisplay } from "./image_properties.ts";
import { type HeifItem, type HeifItems, readHeifItems } from "./items.ts";
import { boxType, type IsoBox } from "./iso_box.ts";
import { orientation } from "./orientation.ts";

const GRID = boxType("grid");
const ISPE = boxType("ispe");
const AUXC = boxType("auxC");
const IROT = boxType("irot");
const IMIR = boxType("imir");
const CLAP = boxType("clap");

/**
 * Minimum side of a tile in a grid, in pixels (ISO/IEC 23000-22, 7.3.11.4.2). The minimum side
 * bounds the number of tiles.
 */
const MIN_TILE = 64;

/** Items of a HEIF file, and the coding (AV1 or HEVC) that they must have. */
interface Source<Sequence extends Size> {
  readonly items: HeifItems;
  readonly coding: Coding<Sequence>;
  readonly read: SequenceReader<Sequence>;
}

/**
 * Reads the main image (primary item) of an AVIF or a HEIC, and its alpha.
 *
 * @param file Reader of the whole file.
 * @param meta Payload of the `meta` box.
 * @param coding Coding of the items.
 * @throws {DomainError} `corrupt-image`, `truncated-image` or `unsupported-format`.
 */
export function itemImage<Sequence extends Size>(
  file: ByteReader,
  meta: ByteReader,
  coding: Coding<Sequence>,
): HeifImage<Sequence> {
  const items = readHeifItems(file, meta);
  const { primary } = items;
  const source = { items, coding, read: sequenceReader(file, coding) };
  const colour = codedImage(source, primary);
  const alpha = alphaOf(source, colour);
  const irot = only(items, primary, IROT);
  const imir = only(items, primary, IMIR);
  const turn = orientation(irot, imir, coding.keepsOrder && isFirst(items, primary, IMIR, IROT));
  return {
    colour,
    ...alpha && { alpha },
    isPremultiplied: items.isPremultiplied(primary),
    ...readDisplay(items.properties(primary), only(items, primary, CLAP), colour),
    orientation: turn,
  };
}

/**
 * Returns the type of the primary item (main image), as a number from `boxType()`. If the primary
 * item is a grid, returns the type of the grid's first tile.
 *
 * @param file Reader of the whole file.
 * @param meta Payload of the `meta` box.
 */
export function codedType(file: ByteReader, meta: ByteReader): number {
  const items = readHeifItems(file, meta);
  const { primary } = items;
  const [tile] = primary.type === GRID ? items.tiles(primary) : [];
  return (tile ?? primary).type;
}

/** Returns true if an item lists a property of type `one` before a property of type `other`. */
function isFirst(items: HeifItems, item: HeifItem, one: number, other: number): boolean {
  const types = items.properties(item).map(({ type }) => type);
  return types.includes(one) && types.indexOf(one) < types.indexOf(other);
}

/**
 * Returns the alpha of the image, or undefined if it has no alpha. The alpha of a grid belongs
 * either to the whole image or to each tile.
 */
function alphaOf<Sequence extends Size>(
  source: Source<Sequence>,
  colour: CodedImage<Sequence>,
): CodedImage<Sequence> | undefined {
  const { items } = source;
  const { primary } = items;
  const tiles = primary.type === GRID ? items.tiles(primary) : [];
  const alphas = new Map<number, HeifItem>();
  for (const item of items.all) {
    if (!isAlpha(items, item)) continue;
    for (const { id } of items.auxiliaryOf(item)) {
      if (alphas.has(id)) throw items.reader.corrupt("an image must have one alpha item", "two");
      alphas.set(id, item);
    }
  }
  const whole = alphas.get(primary.id);
  if (whole !== undefined) {
    const alpha = codedImage(source, whole);
    checkSize(items.reader, ALPHA_SIZE, colour, alpha);
    return alpha;
  }
  const ofTiles = tiles.flatMap(({ id }) => alphas.get(id) ?? []);
  if (ofTiles.length === 0) return undefined;
  if (ofTiles.length < tiles.length) {
    throw items.reader.corrupt(`alpha must have ${tiles.length} tiles`, ofTiles.length);
  }
  const coded = ofTiles.map((item) => codedTile(source, item, colour.sequence));
  return { ...colour, sequence: coded[0]!.sequence, tiles: coded };
}

/**
 * Returns the property of an item that has the type `type`. Two properties of the same type are an
 * error, because some decoders use the first and others the second.
 */
function only(items: HeifItems, item: HeifItem, type: number): IsoBox | undefined {
  const found = items.properties(item).filter((box) => box.type === type);
  if (found.length > 1) {
    throw items.reader.corrupt("an item must have each property once", found.length);
  }
  return found[0];
}

function property(items: HeifItems, item: HeifItem, type: number, name: string): IsoBox {
  const found = only(items, item, type);
  if (found === undefined) throw items.reader.corrupt(`an image must have ${name}`, "none");
  return { type, content: found.content.fromStart() };
}

function sizeOf(items: HeifItems, item: HeifItem): Size {
  const { content } = property(items, item, ISPE, "a size");
  content.skip(4); // Version and flags.
  const width = content.u32();
  const height = content.u32();
  if (width === 0 || height === 0) {
    throw items.reader.corrupt("its size must be at least 1x1", `${width}x${height}`);
  }
  return { width, height };
}

/** Reads an image item, which contains coded data or is a grid of tiles. */
function codedImage<Sequence extends Size>(
  source: Source<Sequence>,
  item: HeifItem,
): CodedImage<Sequence> {
  const size = sizeOf(source.items, item);
  if (item.type === GRID) return gridImage(source, item, size);
  const tile = codedTile(source, item, size);
  return { ...size, columns: 1, rows: 1, sequence: tile.sequence, tiles: [tile] };
}

/**
 * Reads the coded data of an item and checks its size.
 *
 * @param size Expected size. A tile of alpha must have the size of a tile of colours.
 */
function codedTile<Sequence extends Size>(
  { items, coding, read }: Source<Sequence>,
  item: HeifItem,
  size: Size,
): CodedTile<Sequence> {
  if (item.type !== coding.itemType) throw otherCoding(items, coding, item.type);
  checkSize(items.reader, ALPHA_SIZE, size, sizeOf(items, item));
  const { name } = coding;
  const config = property(items, item, coding.configType, `an ${name} configuration`).content;
  const data = items.data(item);
  const sequence = read(data, config);
  checkSize(items.reader, `its ${name} data must have the declared`, size, sequence);
  return { data, sequence, layers: layersOf(items, item, coding.layers) };
}

function layersOf(
  items: HeifItems,
  item: HeifItem,
  layers: ReadonlyMap<number, readonly number[]>,
): readonly Uint8Array[] {
  return items.properties(item).flatMap(({ type, content }) => {
    const lengths = layers.get(type);
    if (lengths === undefined) return [];
    const payload = content.whole();
    if (!lengths.includes(payload.length)) {
      throw items.reader.corrupt(
        `a layer property must have ${lengths.join(" or ")} bytes`,
        payload.length,
      );
    }
    const box = new Uint8Array(8 + payload.length);
    const view = new DataView(box.buffer);
    view.setUint32(0, box.length);
    view.setUint32(4, type);
    box.set(payload, 8);
    return [box];
  });
}

/**
 * Reads the tiles of a grid (ISO/IEC 23008-12, 6.6.2.3). All tiles must have the same size. The
 * tiles must cover the image. No row or column of tiles may lie outside the image.
 */
function gridImage<Sequence extends Size>(
  source: Source<Sequence>,
  item: HeifItem,
  size: Size,
): CodedImage<Sequence> {
  const { items, coding } = source;
  const reader = items.reader.ofComplete(items.data(item).subarray(0, 12));
  reader.skip(1); // Version.
  const isWide = (reader.u8() & 1) !== 0;
  const rows = reader.u8() + 1;
  const columns = reader.u8() + 1;
  const width = isWide ? reader.u32() : reader.u16();
  const height = isWide ? reader.u32() : reader.u16();
  checkSize(reader, "its grid must have the declared", size, { width, height });
  const tiles = items.tiles(item);
  const [first] = tiles;
  if (first === undefined || tiles.length !== rows * columns) {
    throw reader.corrupt(`its grid must have ${rows * columns} tiles`, tiles.length);
  }
  if (tiles.length > coding.maxTiles) {
    throw reader.corrupt(`its grid must have at most ${coding.maxTiles} tiles`, tiles.length);
  }
  if (first.type !== coding.itemType) throw otherCoding(items, coding, first.type);
  const tile = sizeOf(items, first);
  const covers = covered(columns, tile.width, width) && covered(rows, tile.height, height);
  const areEqual = [...new Set(tiles)].every((other) => isSame(sizeOf(items, other), tile));
  if (!covers || !areEqual) {
    throw reader.corrupt(
      `its grid of ${columns}x${rows} tiles must just cover ${width}x${height} pixels`,
      `${tile.width}x${tile.height} in the first tile`,
    );
  }
  if (tiles.length > 1 && Math.min(tile.width, tile.height) < MIN_TILE) {
    throw reader.corrupt(
      `the tiles of its grid must be at least ${MIN_TILE}x${MIN_TILE}`,
      `${tile.width}x${tile.height}`,
    );
  }
  const known = new Map<HeifItem, CodedTile<Sequence>>();
  const coded = tiles.map((part) => {
    const tileData = known.get(part) ?? codedTile(source, part, tile);
    known.set(part, tileData);
    return tileData;
  });
  return { ...size, columns, rows, sequence: coded[0]!.sequence, tiles: coded };
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Returns true if `count` tiles cover a side of the image and `count - 1` tiles do not. */
function covered(count: number, tile: number, side: number): boolean {
  return count * tile >= side && (count - 1) * tile < side;
}

/** Returns true if an item is an auxiliary image that contains alpha. */
function isAlpha(items: HeifItems, item: HeifItem): boolean {
  const auxiliary = items.properties(item).find((box) => box.type === AUXC);
  return auxiliary !== undefined && isAlphaType(auxiliary.content);
}

/** Names of codings in error messages. The key is the type of the items. */
const CODINGS: ReadonlyMap<number, string> = new Map([
  [boxType("av01"), "AV1"],
  [boxType("hvc1"), "HEVC"],
  [boxType("avc1"), "AVC"],
  [boxType("vvc1"), "VVC"],
  [boxType("j2k1"), "JPEG 2000"],
  [boxType("jpeg"), "JPEG"],
  [boxType("unci"), "none"],
]);

/** Returns the error for an image whose coding is not `name`. */
function otherCoding(
  { reader }: HeifItems,
  { name }: Coding<Size>,
  type: number,
): DomainError {
  return reader.unsupported(`its coding must be ${name}`, CODINGS.get(type) ?? "another one");
}
