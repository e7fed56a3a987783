import { DomainError } from "../../../core/domain_error.ts";
import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import {
  type AvifImage,
  type CodedImage,
  type CodedTile,
  type SequenceReader,
  sequenceReader,
} from "./avif_image.ts";
import { avifReader, completeReader } from "./avif_reader.ts";
import { ALPHA_SIZE, checkSize, isAlphaType, readDisplay } from "./image_properties.ts";
import { type AvifItem, type AvifItems, readAvifItems } from "./items.ts";
import { boxType, type IsoBox } from "./iso_box.ts";
import { orientation } from "./orientation.ts";

const AV01 = boxType("av01");
const GRID = boxType("grid");
const ISPE = boxType("ispe");
const AV1C = boxType("av1C");
const AUXC = boxType("auxC");
const IROT = boxType("irot");
const IMIR = boxType("imir");
const CLAP = boxType("clap");
/**
 * Box types of properties that select a layer, with the allowed lengths of their payloads in bytes.
 */
const LAYERS: ReadonlyMap<number, readonly number[]> = new Map([
  [boxType("a1op"), [1]],
  [boxType("lsel"), [2]],
  [boxType("a1lx"), [7, 13]],
]);

/**
 * Minimum side of a tile in a grid, in pixels (ISO/IEC 23000-22, 7.3.11.4.2). The limit bounds the
 * number of tiles.
 */
const MIN_TILE = 64;

/**
 * Reads the primary item of an AVIF, with its alpha.
 *
 * @param bytes The whole file.
 * @param meta Payload of the `meta` box.
 * @throws {DomainError} `corrupt-image`, `truncated-image` or `unsupported-format`.
 */
export function itemImage(bytes: Uint8Array, meta: ByteReader): AvifImage {
  const items = readAvifItems(bytes, meta);
  const { primary } = items;
  const read = sequenceReader(avifReader(bytes));
  const colour = codedImage(items, primary, read);
  const alpha = alphaOf(items, colour, read);
  return {
    colour,
    ...alpha && { alpha },
    isPremultiplied: items.isPremultiplied(primary),
    ...readDisplay(items.properties(primary), only(items, primary, CLAP), colour),
    orientation: orientation(only(items, primary, IROT), only(items, primary, IMIR)),
  };
}

/**
 * Returns the alpha of the image. In a grid, either the whole image or each tile can have alpha.
 */
function alphaOf(
  items: AvifItems,
  colour: CodedImage,
  read: SequenceReader,
): CodedImage | undefined {
  const { primary } = items;
  const tiles = primary.type === GRID ? items.tiles(primary) : [];
  const alphas = new Map<number, AvifItem>();
  for (const item of items.all) {
    if (!isAlpha(items, item)) continue;
    for (const { id } of items.auxiliaryOf(item)) {
      if (alphas.has(id)) throw items.reader.corrupt("an image must have one alpha item", "two");
      alphas.set(id, item);
    }
  }
  const whole = alphas.get(primary.id);
  if (whole !== undefined) {
    const alpha = codedImage(items, whole, read);
    checkSize(items.reader, ALPHA_SIZE, colour, alpha);
    return alpha;
  }
  const ofTiles = tiles.flatMap(({ id }) => alphas.get(id) ?? []);
  if (ofTiles.length === 0) return undefined;
  if (ofTiles.length < tiles.length) {
    throw items.reader.corrupt(`alpha must have ${tiles.length} tiles`, ofTiles.length);
  }
  const { sequence } = colour;
  const coded = ofTiles.map((item) => codedTile(items, item, sequence, read));
  const [first] = coded;
  return { ...colour, sequence: read(first!.data), tiles: coded };
}

/**
 * Returns the property of an item that has this type. Two of the same type are an error, because
 * decoders differ in which one they use.
 */
function only(items: AvifItems, item: AvifItem, type: number): IsoBox | undefined {
  const found = items.properties(item).filter((box) => box.type === type);
  if (found.length > 1) {
    throw items.reader.corrupt("an item must have each property once", found.length);
  }
  return found[0];
}

function property(items: AvifItems, item: AvifItem, type: number, name: string): IsoBox {
  const found = only(items, item, type);
  if (found === undefined) throw items.reader.corrupt(`an image must have ${name}`, "none");
  return { type, content: found.content.fromStart() };
}

function sizeOf(items: AvifItems, item: AvifItem): Size {
  const { content } = property(items, item, ISPE, "a size");
  content.skip(4); // Version and flags.
  const width = content.u32();
  const height = content.u32();
  if (width === 0 || height === 0) {
    throw items.reader.corrupt("its size must be at least 1x1", `${width}x${height}`);
  }
  return { width, height };
}

/** Reads an image item, which holds AV1 data or is a grid of tiles. */
function codedImage(items: AvifItems, item: AvifItem, read: SequenceReader): CodedImage {
  const size = sizeOf(items, item);
  if (item.type === GRID) return gridImage(items, item, size, read);
  const tile = codedTile(items, item, size, read);
  return { ...size, columns: 1, rows: 1, sequence: read(tile.data), tiles: [tile] };
}

/**
 * Reads the AV1 data of an item and checks its size.
 *
 * @param size Expected size. For colours it comes from the item itself, so only an alpha tile can
 *   have another size.
 */
function codedTile(
  items: AvifItems,
  item: AvifItem,
  size: Size,
  read: SequenceReader,
): CodedTile {
  if (item.type !== AV01) throw notAv1(item.type);
  checkSize(items.reader, ALPHA_SIZE, size, sizeOf(items, item));
  property(items, item, AV1C, "an AV1 configuration");
  const data = items.data(item);
  checkSize(items.reader, "its AV1 data must have the declared", size, read(data));
  return { data, layers: layersOf(items, item) };
}

function layersOf(items: AvifItems, item: AvifItem): readonly Uint8Array[] {
  return items.properties(item).flatMap(({ type, content }) => {
    const lengths = LAYERS.get(type);
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
 * Reads the tiles of a grid (ISO/IEC 23008-12, 6.6.2.3). All tiles must have the same size. They
 * must cover the image, without rows or columns of tiles outside it.
 */
function gridImage(
  items: AvifItems,
  item: AvifItem,
  size: Size,
  read: SequenceReader,
): CodedImage {
  const reader = completeReader(items.data(item).subarray(0, 12));
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
  if (first.type !== AV01) throw notAv1(first.type);
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
  const known = new Map<AvifItem, CodedTile>();
  const coded = tiles.map((part) => {
    const tileData = known.get(part) ?? codedTile(items, part, tile, read);
    known.set(part, tileData);
    return tileData;
  });
  return { ...size, columns, rows, sequence: read(coded[0]!.data), tiles: coded };
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Returns true if `count` tiles cover a side of the image and `count - 1` tiles do not. */
function covered(count: number, tile: number, side: number): boolean {
  return count * tile >= side && (count - 1) * tile < side;
}

/** Returns true if an item is an auxiliary image that holds alpha. */
function isAlpha(items: AvifItems, item: AvifItem): boolean {
  const auxiliary = items.properties(item).find((box) => box.type === AUXC);
  return auxiliary !== undefined && isAlphaType(auxiliary.content);
}

/** Returns the error for an image that is not encoded with AV1. */
function notAv1(type: number): DomainError {
  const name = type === boxType("hvc1") ? "HEVC" : "another one";
  return new DomainError(
    "unsupported-format",
    `Cannot decode AVIF as its coding must be AV1: current value is ${name}. ` +
      "Save it as JPEG and send that.",
  );
}
