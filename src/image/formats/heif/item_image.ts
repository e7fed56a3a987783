import type { Size } from "../../../core/size.ts";
import type { ByteReader } from "../byte_reader.ts";
import { type CodedItems, codedTile, only, sizeOf } from "./coded_tile.ts";
import { gridImage } from "./grid_image.ts";
import { type CodedImage, type Coding, type HeifImage, sequenceReader } from "./heif_image.ts";
import { ALPHA_SIZE, checkSize, isAlphaType, readDisplay } from "./image_properties.ts";
import { boxType } from "./iso_box.ts";
import { type HeifItem, type HeifItems, readHeifItems } from "./items.ts";
import { orientation } from "./orientation.ts";

const GRID = boxType("grid");
const AUXC = boxType("auxC");
const IROT = boxType("irot");
const IMIR = boxType("imir");
const CLAP = boxType("clap");

/**
 * Reads the main image (primary item) of an AVIF or a HEIC, and its alpha.
 *
 * @param file Reader of the whole file.
 * @param meta Payload of the `meta` box.
 * @param coding Coding that the image must have: AV1 or HEVC.
 * @throws {DomainError} `corrupt-image`, if the file breaks the standard; `truncated-image`, if the
 *   file ends too early; `unsupported-format`, if the image has another coding.
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
  source: CodedItems<Sequence>,
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

/** Reads an image item, which contains coded data or is a grid of tiles. */
function codedImage<Sequence extends Size>(
  source: CodedItems<Sequence>,
  item: HeifItem,
): CodedImage<Sequence> {
  const size = sizeOf(source.items, item);
  if (item.type === GRID) return gridImage(source, item, size);
  const tile = codedTile(source, item, size);
  return { ...size, columns: 1, rows: 1, sequence: tile.sequence, tiles: [tile] };
}

/**
 * Returns true if an item is an auxiliary image (an image that belongs to another image) with
 * alpha.
 */
function isAlpha(items: HeifItems, item: HeifItem): boolean {
  const auxiliary = items.properties(item).find((box) => box.type === AUXC);
  return auxiliary !== undefined && isAlphaType(auxiliary.content);
}
